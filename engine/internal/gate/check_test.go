package gate

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
)

func TestEveryBadKeyIsReportedInOrder(t *testing.T) {
	configMap := map[string]string{
		"subscriptions":       "- recipients: [on]\n",
		"defaultTriggers":     "a",
		"defaultTriggers.svc": "a",
		"context":             "[]",
		"service.webhook.a.b": "{}",
		"service.nope":        "{}",
		"service.webhook.w":   "url: [a]",
		"template.bad-yaml":   "message: a\nb\n",
		"template.fields":     `{"message":"a\n{{x}}","webhook":{"z":{"body":"{{"},"a":{"body":"ok","path":"{{end}}"}},"slack":{"blocks":"{{y}}"}}`,
		"trigger.form":        "when: app.a\n",
		"trigger.many":        `[{"when":"true"},{"when":"1 ==\n 'a'","oncePer":"app."},{"when":"a b"}]`,
		"template.good":       "message: fine\n",
		"trigger.good":        "- when: app.a == 1\n",
		"foo.bar":             "[[[",
	}
	answer := check(t, configMap, map[string]string{legacyServicesKey: "webhook: a"})
	var got []string
	for _, problem := range answer.Errors {
		place := ""
		if problem.Condition != nil {
			place = fmt.Sprintf("[%d]", *problem.Condition)
		}
		got = append(got, fmt.Sprintf("%s%s%s %s %d:%d", problem.Object, problem.Key, place, problem.Field, problem.Line, problem.Column))
	}
	want := []string{
		"context  0:0",
		"defaultTriggers  0:0",
		"defaultTriggers.svc  0:0",
		"service.nope  0:0",
		"service.webhook.a.b  0:0",
		"service.webhook.w  0:0",
		"subscriptions  0:0",
		"template.bad-yaml  3:0",
		"template.fields message 2:0",
		"template.fields webhook.a.path 1:0",
		"template.fields webhook.z.body 1:0",
		"template.fields slack 1:0",
		"trigger.form  0:0",
		"trigger.many[1] when 1:3",
		"trigger.many[1] oncePer 1:4",
		"trigger.many[2] when 1:3",
		"secretnotifiers.yaml  0:0",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestMessagesAreTheEnginesOwn(t *testing.T) {
	answer := check(t, map[string]string{"trigger.t": "- when: app.status ==\n  send: [a]\n"}, nil)
	want := Problem{
		Key: "trigger.t", Condition: new(int), Field: "when", Line: 1, Column: 13,
		Message: "unexpected token EOF (1:13)\n | app.status ==\n | ............^",
	}
	if len(answer.Errors) != 1 || !reflect.DeepEqual(answer.Errors[0], want) {
		t.Errorf("%+v", answer.Errors)
	}
}

func TestWhatWasParsed(t *testing.T) {
	var answer checkAnswer
	ask(t, values{"call": "check", "configMap": values{
		"service.webhook.b":     "url: $u",
		"service.webhook":       "url: $u",
		"template.a.b":          "message: m",
		"trigger.t":             "- when: 'true'\n  send: [a.b]\n",
		"subscriptions":         "- recipients: [b]\n  triggers: [t]\n  selector: 'a in (c,b)'\n- recipients: [webhook]\n",
		"defaultTriggers":       "[t]",
		"defaultTriggers.b":     "[t]",
		"context":               "argocdUrl: https://cd\n",
		"templates.are-ignored": "[[[",
	}, "secret": values{"u": "https://x"}}, &answer)
	want := parsed{
		Services:  []string{"b", "webhook"},
		Templates: []string{"a.b"},
		Triggers:  []string{"t"},
		Subscriptions: []subscription{
			{Recipients: []string{"b"}, Triggers: []string{"t"}, Selector: "a in (b,c)"},
			{Recipients: []string{"webhook"}, Triggers: []string{}},
		},
		DefaultTriggers:        []string{"t"},
		ServiceDefaultTriggers: map[string][]string{"b": {"t"}},
		Context:                map[string]string{"argocdUrl": "https://cd"},
	}
	if !answer.OK || !reflect.DeepEqual(answer.Parsed, want) {
		t.Errorf("%+v", answer)
	}
}

func TestNothingIsNothingWrong(t *testing.T) {
	answer := string(Answer([]byte(`{"call":"check"}`)))
	want := `{"ok":true,"parsed":{"services":[],"templates":[],"triggers":[],"subscriptions":[],"defaultTriggers":[],` +
		`"serviceDefaultTriggers":{},"context":{}}}`
	if answer != want {
		t.Error(answer)
	}
}

// The engine reads one of two services with the same name, at random: so does a check that asks it once.
func TestShadowedServicesHaveToBeGoodToo(t *testing.T) {
	for range 20 {
		answer := check(t, map[string]string{"service.webhook.slack": "url: http://x", "service.slack": "token: [a]"}, nil)
		if answer.OK || len(answer.Errors) != 1 || answer.Errors[0].Key != "service.slack" {
			t.Fatalf("%+v", answer)
		}
	}
	if answer := check(t, map[string]string{"service.webhook.slack": "url: http://x", "service.slack": "token: a"}, nil); !answer.OK {
		t.Errorf("%+v", answer)
	}
}

func TestAnErrorOfNoKeyAlone(t *testing.T) {
	text := string(encode(problems(objects{ConfigMap: map[string]string{"a": "b"}}, errors.New("of all together"))))
	if text != `[{"message":"of all together"}]` {
		t.Error(text)
	}
}

func TestLegacyKeys(t *testing.T) {
	var answer checkAnswer
	ask(t, values{"call": "check", "configMap": values{
		"config.yaml": `{"triggers":[{"name":"t","condition":"app.a == 1","template":"x","enabled":true},{"name":"u"}],
			"templates":[{"name":"x","subject":"s","body":"b"}],"context":{"a":"1"},"subscriptions":[{"recipients":["old"]}]}`,
		"trigger.t":     `[{"when":"app."},{"when":"false"}]`,
		"template.x":    `message: "{{"`,
		"context":       `{"a":"0","b":"2"}`,
		"subscriptions": `[{"recipients":["new"]}]`,
	}, "secret": values{legacyServicesKey: `{"webhook":[{"name":"w","url":"http://x"}],"slack":{"token":"x"}}`}}, &answer)
	want := parsed{
		Services:               []string{"slack", "w"},
		Templates:              []string{"x"},
		Triggers:               []string{"t", "u"},
		Subscriptions:          []subscription{{Recipients: []string{"old"}, Triggers: []string{}}},
		DefaultTriggers:        []string{"t"},
		ServiceDefaultTriggers: map[string][]string{},
		Context:                map[string]string{"a": "1", "b": "2"},
	}
	if !answer.OK || !reflect.DeepEqual(answer.Parsed, want) {
		t.Errorf("%+v", answer)
	}
	for text, message := range map[string]string{
		"a: b: c": "error in unmarshaling legacy config: error converting YAML to JSON: yaml: mapping values are not allowed in this context",
		`{"triggers":[{"name":"t","condition":"app."}]}`: "unexpected end of expression (1:4)\n | app.\n | ...^",
		`{"templates":[{"name":"t","body":"{{"}]}`:       "template: t:1: unclosed action",
	} {
		answer := check(t, map[string]string{"config.yaml": text}, nil)
		if len(answer.Errors) != 1 || answer.Errors[0].Key != "config.yaml" || answer.Errors[0].Message != message {
			t.Errorf("%s: %+v", text, answer)
		}
	}
}

func TestMessagesAboutTheSecretDoNotRepeatIt(t *testing.T) {
	for text, message := range map[string]string{
		"webhook: a: b":             "error unmarshaling legacy services config: error converting YAML to JSON: yaml: mapping values are not allowed in this context",
		"webhook: *hunter2":         "the engine cannot read it; its reason may contain parts of the value, and is not shown",
		"{{hunter2: 1}: 2}":         "the engine cannot read it; its reason may contain parts of the value, and is not shown",
		"slack: {token: [hunter2]}": "error unmarshaling legacy services config: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field SlackOptions.slack.token of type string",
	} {
		answer := check(t, nil, map[string]string{legacyServicesKey: text})
		if len(answer.Errors) != 1 || answer.Errors[0].Message != message {
			t.Errorf("%s: %+v", text, answer)
		}
	}
}
