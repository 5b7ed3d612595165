package gate

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// row is one verdict of Argo CD's real controller.
type row struct {
	// Key is a ConfigMap's key; with `:message` or `:when` behind it, Value is only that field of the key's value.
	Key     string `json:"key"`
	Value   string `json:"value"`
	Verdict string `json:"verdict"`
	Error   string `json:"error"`
	Out     string `json:"out"`
	Parsed  string `json:"parsed"`
}

func TestEveryVerdictIsReproduced(t *testing.T) {
	for file, least := range map[string]int{"verdicts.jsonl": 159, "verdicts-config.jsonl": 101} {
		rows := readRows(t, file)
		if len(rows) < least {
			t.Errorf("%s has %d rows only", file, len(rows))
		}
		for _, row := range rows {
			t.Run(row.Key+"="+row.Value, func(t *testing.T) { row.reproduce(t) })
		}
	}
}

func readRows(t *testing.T, file string) []row {
	t.Helper()
	text, err := os.ReadFile("../../testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for line := range bytes.Lines(text) {
		var next row
		if err := json.Unmarshal(line, &next); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, next)
	}
	return rows
}

func (r row) reproduce(t *testing.T) {
	key, configMap := r.configMap(t)
	answer := check(t, configMap, nil)
	if accepted := r.Verdict != "global"; answer.OK != accepted {
		t.Fatalf("%s, but answered %+v", r.Verdict, answer)
	}
	switch {
	case !answer.OK:
		if len(answer.Errors) != 1 || answer.Errors[0].Key != key || answer.Errors[0].Message != r.Error {
			t.Errorf("the engine said %q of %s, and this %+v", r.Error, key, answer.Errors)
		}
	case strings.HasSuffix(r.Key, ":when"):
		r.reproduceWhen(t, configMap)
	case strings.HasSuffix(r.Key, ":message"):
		r.reproduceMessage(t, configMap)
	}
}

// configMap is the key in question, and all that the row is about.
func (r row) configMap(t *testing.T) (string, map[string]string) {
	t.Helper()
	key, field, _ := strings.Cut(r.Key, ":")
	var value any
	switch field {
	case "":
		return key, map[string]string{key: r.Value}
	case "message":
		value = values{"message": r.Value}
	case "when":
		value = []values{{"when": r.Value, "send": []string{"x"}}}
	default:
		t.Fatalf("there is no way to test %s", r.Key)
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return key, map[string]string{key: string(text), "context": "argocdUrl: https://cd", "service.webhook.s": "url: http://s"}
}

func (r row) reproduceWhen(t *testing.T, configMap map[string]string) {
	var answer evaluateAnswer
	ask(t, values{"call": "evaluate", "configMap": configMap, "app": application(t), "triggers": []string{"t"}}, &answer)
	condition := answer.Triggers[0].Conditions[0]
	if condition.Triggered != (r.Verdict == "true") {
		t.Errorf("%s, but answered %+v", r.Verdict, condition)
	}
}

func (r row) reproduceMessage(t *testing.T, configMap map[string]string) {
	var answer renderAnswer
	ask(t, values{
		"call": "render", "configMap": configMap, "app": application(t), "templates": []string{"t"}, "service": "s",
	}, &answer)
	if r.Verdict == "runtime-error" {
		if answer.Request.Error != r.Error {
			t.Errorf("the engine said %q, and this %q", r.Error, answer.Request.Error)
		}
		return
	}
	if isYear := strings.Contains(r.Value, "now"); answer.Request.Error != "" || (!isYear && answer.Request.Body != r.Out) {
		t.Errorf("the engine gave %q, and this %+v", r.Out, answer.Request)
	}
}
