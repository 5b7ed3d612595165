package gate

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

// staging is what both evaluations take; each has members of its own beside it.
var staging = values{
	"configMap": map[string]string{"trigger.t": `[{"when":"true"}]`, "template.t": `{"message":"{{.app.metadata.name}}"}`, "service.webhook.dt": `{"url":"https://x"}`},
	"app":       values{"metadata": values{"name": "a"}},
	"now":       "2026-01-02T03:04:05Z",
}

var evaluations = map[string]values{
	"evaluate": {},
	"render":   {"templates": []string{"t"}, "service": "dt"},
}

// answerTo is the answer of a call to the staging with other members; the call's name is left out of it.
func answerTo(t *testing.T, call string, change values) string {
	t.Helper()
	request := values{"call": call}
	for _, members := range []values{staging, evaluations[call], change} {
		maps.Copy(request, members)
	}
	text, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(Answer(text)), call, "CALL")
}

// A request that one evaluation refuses is refused by the other, in the same words.
func TestEvaluationsRefuseTheSame(t *testing.T) {
	for name, change := range map[string]values{
		"the Application":    {"app": "x"},
		"its project":        {"appProject": []string{}},
		"the time":           {"now": "yesterday"},
		"two of them":        {"app": "x", "now": "yesterday", "appProject": 1},
		"the ConfigMap":      {"configMap": []string{}},
		"the Secret":         {"secret": values{"s": 1}},
		"a member":           {"apps": values{}},
		"a configuration":    {"configMap": map[string]string{"trigger.t": "x"}},
		"two configurations": {"configMap": map[string]string{"trigger.t": "x", "template.t": "{{"}},
		"a legacy key":       {"configMap": map[string]string{"config.yaml": "x"}},
		"a scene and a key":  {"now": "yesterday", "configMap": map[string]string{"trigger.t": "x"}},
	} {
		evaluated, rendered := answerTo(t, "evaluate", change), answerTo(t, "render", change)
		if !strings.HasPrefix(evaluated, `{"ok":false,"errors":[{`) || evaluated != rendered {
			t.Errorf("%s:\nevaluate %s\nrender   %s", name, evaluated, rendered)
		}
	}
}

// What an expression sees of a scene, a template sees, too.
func TestEvaluationsSeeTheSame(t *testing.T) {
	for _, seen := range []struct{ expression, template string }{
		{`app.metadata.name`, `{{.app.metadata.name}}`},
		{`appProject.metadata.name`, `{{.appProject.metadata.name}}`},
		{`time.Now().Format("2006")`, `{{(call .time.Now).Format "2006"}}`},
		{`len(secrets.s)`, `{{len .secrets.s}}`},
		{`context.argocdUrl`, `{{.context.argocdUrl}}`},
	} {
		members := values{
			"configMap": map[string]string{
				"trigger.t":          string(encode([]values{{"when": "true", "oncePer": seen.expression}})),
				"template.t":         string(encode(values{"message": seen.template})),
				"service.webhook.dt": `{"url":"https://x"}`,
				"context":            "argocdUrl: https://cd",
			},
			"appProject": values{"metadata": values{"name": "p"}},
			"secret":     values{"s": "hunter2"},
		}
		var evaluated struct{ Triggers []triggerResult }
		var rendered struct{ Request rendered }
		for call, into := range map[string]any{"evaluate": &evaluated, "render": &rendered} {
			if err := json.Unmarshal([]byte(answerTo(t, call, members)), into); err != nil {
				t.Fatal(err)
			}
		}
		once := evaluated.Triggers[0].Conditions[0].OncePer
		if once == "" || once != rendered.Request.Body {
			t.Errorf("%s: evaluate %q, render %q (%s)", seen.expression, once, rendered.Request.Body, rendered.Request.Error)
		}
	}
}
