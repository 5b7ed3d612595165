package shortcut

import (
	"errors"
	"unicode/utf8"

	"github.com/Masterminds/sprig/v3"
)

// errUnusual means that a helper got values which the operator's compiler gives to none: what it does with them is left to the
// template's own text.
var errUnusual = errors.New("the helper's own text has to do this")

// maxText is the longest text of a value, in characters, as in the define `s`.
const maxText = 10_000

var toRawJSON = sprig.TxtFuncMap()["toRawJson"].(func(any) string)

// isUsual tells whether a value is of a type that JSON or a template's own numbers have.
func isUsual(value any) bool {
	switch value.(type) {
	case nil, string, bool, int, int64, float64, map[string]any, []any:
		return true
	}
	return false
}

// textOf is the text of the first value that has one, as the define `s` gives it.
func textOf(values []any) (string, error) {
	for _, value := range values {
		if !isUsual(value) {
			return "", errUnusual
		}
		text, isText := value.(string)
		if value != nil && !isText {
			text = toRawJSON(value)
		}
		if text != "" {
			return cut(text, maxText), nil
		}
	}
	return "", nil
}

// cut is the text's beginning of so many characters, as `printf "%.*s"` cuts.
func cut(text string, characters int) string {
	if len(text) <= characters {
		return text
	}
	for index := range text {
		if characters == 0 {
			return text[:index]
		}
		characters--
	}
	return text
}

// quoted is `toRawJson` of a text.
func quoted(text string) string {
	for index := range len(text) {
		if char := text[index]; char < ' ' || char >= utf8.RuneSelf || char == '"' || char == '\\' {
			return toRawJSON(text)
		}
	}
	return `"` + text + `"`
}

// integer reads a number as templates have it: a constant is an int, and a function's result an int64.
func integer(value any) (int64, bool) {
	switch known := value.(type) {
	case int:
		return int64(known), true
	case int64:
		return known, true
	}
	return 0, false
}
