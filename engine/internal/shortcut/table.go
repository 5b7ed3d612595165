package shortcut

import (
	"strings"
	"time"
)

// paths fills the table of paths in `$`. Each entry has its name, a key of `$`, and steps from there.
func paths(state map[string]any, end, list, between string) (string, error) {
	empty, ok := state["E"].(map[string]any)
	if !ok {
		return "", errUnusual
	}
	for entry := range strings.SplitSeq(list, end) {
		steps := strings.Split(entry, between)
		if len(steps) < 2 {
			return "", errUnusual
		}
		value := state[steps[1]]
		for _, step := range steps[2:] {
			if !isUsual(value) {
				return "", errUnusual
			}
			from, isMap := value.(map[string]any)
			if !isMap {
				from = empty
			}
			value = from[step]
		}
		if !isUsual(value) {
			return "", errUnusual
		}
		if found, isMap := value.(map[string]any); isMap && len(found) == 0 {
			value = "{}"
		}
		state[steps[0]] = value
	}
	return "", nil
}

// texts puts the texts of entries of the table into `$`.
func texts(state map[string]any, end, list string) (string, error) {
	for name := range strings.SplitSeq(list, end) {
		text, err := textOf([]any{state[name]})
		if err != nil {
			return "", err
		}
		state["T"+name] = text
	}
	return "", nil
}

// locations are the zones that were used, since Go reads a zone's file each time. There are some six hundred names in all.
var locations = map[string]*time.Location{}

// location is the zone of the name, and UTC for any other text.
func location(name string) *time.Location {
	if known, ok := locations[name]; ok {
		return known
	}
	found, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	locations[name] = found
	return found
}
