package shortcut

import (
	"fmt"
	"regexp"
	"strings"
	"text/template"
	"time"
)

// functions do what the helpers in helpers.gotmpl do; those that return in the helper's dict or in `$` print nothing. Panics of
// a value's encoding are errors for the template, as they are where the helper's text runs.
var functions = template.FuncMap{
	"shortcut_s": func(in any) (string, error) {
		return inDict(in, func(dict map[string]any) (string, error) { return textIn(dict) })
	},
	"shortcut_d": func(zone string, in any) (string, error) {
		return inDict(in, func(dict map[string]any) (string, error) { return date(dict, zone) })
	},
	"shortcut_j":     func(in any) (string, error) { return inDict(in, joined) },
	"shortcut_m":     func(in any) (string, error) { return printed(in, markdown) },
	"shortcut_t":     func(in any) (string, error) { return printed(in, withoutMention) },
	"shortcut_u":     func(in any) (string, error) { return printed(in, percentEncoded) },
	"shortcut_r":     func(in any) (string, error) { return printed(in, func(text string) string { return text }) },
	"shortcut_paths": paths,
	"shortcut_texts": texts,
}

// inDict puts the result into the dict that is the helper's argument.
func inDict(in any, result func(map[string]any) (string, error)) (string, error) {
	dict, ok := in.(map[string]any)
	if !ok {
		return "", errUnusual
	}
	text, err := result(dict)
	if err == nil {
		dict["s"] = text
	}
	return "", err
}

func textIn(dict map[string]any) (string, error) {
	values, ok := dict["v"].([]any)
	if !ok {
		return "", errUnusual
	}
	return textOf(values)
}

func date(dict map[string]any, zone string) (string, error) {
	text, err := textIn(dict)
	layout, ok := dict["f"].(string)
	if own, exists := dict["z"]; exists {
		if zone, exists = own.(string); !exists || zone == "" {
			return "", errUnusual
		}
	}
	if err != nil || !ok {
		return "", errUnusual
	}
	instant, _ := time.ParseInLocation(time.RFC3339, text, time.Local)
	if instant.IsZero() {
		return "", nil
	}
	return instant.In(location(zone)).Format(layout), nil
}

// maxJoined is the length in bytes from which a joined text takes nothing more.
const maxJoined = 4_000

func joined(dict map[string]any) (string, error) {
	separator, ok := dict["f"].(string)
	if !ok {
		return "", errUnusual
	}
	items, isList := dict["v"].([]any)
	if !isList {
		items = []any{dict["v"]}
	}
	var all strings.Builder
	for index := range items {
		if all.Len() > maxJoined {
			all.WriteString("…")
			break
		}
		text, err := textOf(items[index : index+1])
		if err != nil {
			return "", err
		}
		if index > 0 {
			all.WriteString(separator)
		}
		all.WriteString(text)
	}
	return all.String(), nil
}

// printed is the first value that has a text as the inside of a JSON string, within the message's room.
func printed(in any, escaped func(string) string) (string, error) {
	list, _ := in.([]any)
	if len(list) == 0 {
		return "", errUnusual
	}
	state, ok := list[0].(map[string]any)
	if !ok {
		return "", errUnusual
	}
	longest, isLength := state["L"].(int)
	room, isRoom := integer(state["B"])
	whole, err := textOf(list[1:])
	if err != nil || !isLength || longest < 0 || longest > maxText || !isRoom {
		return "", errUnusual
	}
	text := cut(whole, longest)
	if len(text) < len(whole) {
		text += "…"
	}
	text = escaped(text)
	json := quoted(text)
	if int64(len(json)) > room {
		json = quoted(fmt.Sprintf("%.*s…", max(room, 0)/6, text))
	}
	state["B"] = room - int64(len(json))
	return strings.TrimSuffix(strings.TrimPrefix(json, `"`), `"`), nil
}

var mention = regexp.MustCompile(`(^|[^\w.+-])@+`)

func withoutMention(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	return mention.ReplaceAllString(text, "$1＠")
}

var (
	lineBreaks = regexp.MustCompile(`[\r\n]+`)
	lookAlikes = strings.NewReplacer("[", "［", "]", "］", "(", "（", ")", "）", "<", "＜")
)

func markdown(text string) string {
	text = withoutMention(text)
	if strings.ContainsAny(text, "\r\n") {
		text = lineBreaks.ReplaceAllString(text, " ")
	}
	text = lookAlikes.Replace(text)
	if text != "" && strings.IndexByte("#>*+-", text[0]) >= 0 {
		return "\u200b" + text
	}
	return text
}

func percentEncoded(text string) string {
	text = strings.ReplaceAll(template.URLQueryEscaper(text), "+", "%20")
	for char := range strings.SplitSeq(": / ? # @ & = + , ; $ ! %", " ") {
		text = strings.ReplaceAll(text, template.URLQueryEscaper(char), char)
	}
	return text
}
