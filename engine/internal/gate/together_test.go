package gate

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// All templates, triggers and webhooks of the corpus in one ConfigMap: exactly those that are bad alone are reported.
func TestTogetherAsAlone(t *testing.T) {
	configMap := map[string]string{}
	bad := map[string]bool{}
	for _, file := range []string{"verdicts.jsonl", "verdicts-config.jsonl"} {
		for index, row := range readRows(t, file) {
			key, alone := row.configMap(t)
			if !strings.HasPrefix(key, "template.") && !strings.HasPrefix(key, "trigger.") && !strings.HasPrefix(key, "service.webhook.") {
				continue
			}
			unique := fmt.Sprintf("%s-%s-%d", key, file[:len(file)-len(".jsonl")], index)
			configMap[unique] = alone[key]
			if row.Verdict == "global" {
				bad[unique] = true
			}
		}
	}
	first := check(t, configMap, nil)
	reported := map[string]bool{}
	previous := ""
	for _, problem := range first.Errors {
		reported[problem.Key] = true
		if problem.Key < previous {
			t.Errorf("%s is behind %s", problem.Key, previous)
		}
		previous = problem.Key
	}
	if len(bad) < 50 || !reflect.DeepEqual(reported, bad) {
		t.Errorf("got %v, want %v", reported, bad)
	}
	if second := check(t, configMap, nil); !reflect.DeepEqual(first, second) {
		t.Error("asked twice, answered differently")
	}
	for key := range bad {
		delete(configMap, key)
	}
	if rest := check(t, configMap, nil); !rest.OK || len(configMap) < 100 {
		t.Errorf("%d others: %+v", len(configMap), rest.Errors)
	}
}
