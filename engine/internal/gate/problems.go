package gate

import (
	"slices"
	"strings"
)

// legacyKey is the one key of the ConfigMap that changes what other keys mean.
const legacyKey = "config.yaml"

// problems explains why the configuration was refused with `cause`: every key that is refused alone, sorted, the
// Secret's at the end; and what is wrong with the others together, if there is anything.
func problems(given objects, cause error) []Problem {
	refused := refusedKeys(given)
	var found []Problem
	for _, key := range refused {
		found = append(found, keyProblems(given, key)...)
	}
	rest := objects{ConfigMap: map[string]string{}, Secret: given.Secret}
	for key, value := range given.ConfigMap {
		if _, isRefused := slices.BinarySearch(refused, key); !isRefused {
			rest.ConfigMap[key] = value
		}
	}
	if err := tryLoad(objects{Secret: given.Secret}); err != nil {
		found = append(found, Problem{Key: legacyServicesKey, Object: "secret"}.describe(err, "").withoutQuotes())
		rest.Secret = given.valuesOnly()
	}
	if len(found) > 0 {
		cause = tryLoad(rest)
	}
	if cause != nil {
		found = append(found, Problem{}.describe(cause, ""))
	}
	return found
}

// refusedKeys are the keys of the ConfigMap that are refused alone, sorted. Most are asked about in groups.
func refusedKeys(given objects) []string {
	shared := sharedNames(given)
	var refused, grouped []string
	for _, key := range sortedKeys(given.ConfigMap) {
		if key != legacyKey && !slices.Contains(shared, key) {
			grouped = append(grouped, key)
		} else if given.refuses(key) {
			refused = append(refused, key)
		}
	}
	refused = append(refused, given.refusedAmong(grouped)...)
	slices.Sort(refused)
	return refused
}

// refusedAmong halves a group that is refused until the culprits are alone.
func (o objects) refusedAmong(keys []string) []string {
	if len(keys) == 0 || !o.refuses(keys...) {
		return nil
	}
	if len(keys) == 1 {
		return keys
	}
	half := len(keys) / 2
	return append(o.refusedAmong(keys[:half]), o.refusedAmong(keys[half:])...)
}

// refuses tells whether the engine refuses these keys of the ConfigMap, without all others.
func (o objects) refuses(keys ...string) bool {
	return tryLoad(o.only(keys...)) != nil
}

func (o objects) only(keys ...string) objects {
	result := objects{ConfigMap: make(map[string]string, len(keys)), Secret: o.valuesOnly()}
	for _, key := range keys {
		result.ConfigMap[key] = o.ConfigMap[key]
	}
	return result
}

// keyProblems tells what is wrong with one key that is refused.
func keyProblems(given objects, key string) []Problem {
	var found []Problem
	if name, ok := strings.CutPrefix(key, "template."); ok {
		found = templateProblems(name, given.ConfigMap[key])
	} else if name, ok := strings.CutPrefix(key, "trigger."); ok {
		found = triggerProblems(name, given.ConfigMap[key])
	}
	if len(found) == 0 {
		found = []Problem{Problem{}.describe(tryLoad(given.only(key)), "")}
	}
	for index := range found {
		found[index].Key = key
	}
	return found
}
