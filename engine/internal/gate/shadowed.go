package gate

import (
	"slices"
	"strings"
)

// shadowedProblems looks at services that share a name, which the engine accepts: it reads only one of them, and
// which one is random. So all of them have to be good.
func shadowedProblems(given objects) []Problem {
	var found []Problem
	for _, key := range sharedNames(given) {
		if given.refuses(key) {
			found = append(found, keyProblems(given, key)...)
		}
	}
	return found
}

// sharedNames are the keys of services that another key names too, sorted.
func sharedNames(given objects) []string {
	byName := map[string][]string{}
	for key := range given.ConfigMap {
		if strings.HasPrefix(key, "service.") {
			byName[serviceName(key)] = append(byName[serviceName(key)], key)
		}
	}
	var shared []string
	for _, keys := range byName {
		if len(keys) > 1 {
			shared = append(shared, keys...)
		}
	}
	slices.Sort(shared)
	return shared
}

// serviceName is what the engine calls the service of a key: `service.<type>.<name>`, or `service.<type>`.
func serviceName(key string) string {
	return key[strings.LastIndex(key, ".")+1:]
}
