package gate

import (
	"reflect"
	"strings"
	"testing"
)

func evaluate(t *testing.T, triggers map[string]string, more values) []triggerResult {
	t.Helper()
	request := values{"call": "evaluate", "configMap": triggers, "app": application(t)}
	for name, value := range more {
		request[name] = value
	}
	var answer struct {
		evaluateAnswer
		Errors []Problem
	}
	ask(t, request, &answer)
	if !answer.OK {
		t.Fatalf("%+v", answer.Errors)
	}
	return answer.Triggers
}

func TestConditionsAreReportedOneByOne(t *testing.T) {
	got := evaluate(t, map[string]string{"trigger.t": `[
		{"when":"app.status.sync.status == 'Synced'","oncePer":"app.status.sync.revision","send":["a","b"]},
		{"when":"false","send":["c"]},
		{"when":"app.nope.deeper == 1"},
		{"when":"app.metadata.name"},
		{"when":""},
		{"when":"true","oncePer":"app.nope.deeper"},
		{"when":"true","oncePer":"app.nope"}]`}, nil)[0].Conditions
	for index := range got {
		if !strings.HasPrefix(got[index].Key, "["+string(rune('0'+index))+"].") {
			t.Errorf("%+v", got[index])
		}
		got[index].Key = ""
		got[index].Error, _, _ = strings.Cut(got[index].Error, " (1:")
	}
	none := []string{}
	want := []conditionResult{
		{Triggered: true, OncePer: "abc", Templates: []string{"a", "b"}},
		{Templates: []string{"c"}},
		{Templates: none, Error: "cannot fetch deeper from <nil>", ErrorField: "when"},
		{Templates: none, Gives: "string"},
		{Templates: none},
		{Triggered: true, Templates: none, Error: "cannot fetch deeper from <nil>", ErrorField: "oncePer"},
		{Triggered: true, OncePer: "<nil>", Templates: none},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestTriggersByName(t *testing.T) {
	both := map[string]string{"trigger.b": `[{"when":"true"}]`, "trigger.a": `[]`}
	names := func(results []triggerResult) (names []string) {
		for _, result := range results {
			names = append(names, result.Name+result.Error)
		}
		return names
	}
	if got := names(evaluate(t, both, nil)); !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Error(got)
	}
	got := names(evaluate(t, both, values{"triggers": []string{"b", "c"}}))
	if !reflect.DeepEqual(got, []string{"b", "ctrigger 'c' is not configured"}) {
		t.Error(got)
	}
}

func TestEverythingThatAConditionCanSee(t *testing.T) {
	more := values{
		"now":        "2026-01-02T03:04:05Z",
		"appProject": values{"metadata": values{"name": "p"}},
		"secret":     values{"s": "x"},
	}
	for _, condition := range []string{
		`time.Now() == time.Parse("2026-01-02T03:04:05Z")`,
		`time.Now().Add(2 * time.Hour).Format(time.Kitchen) == "5:04AM"`,
		`time.Parse(app.status.operationState.finishedAt) <= time.Now()`,
		`strings.ToUpper(strings.ReplaceAll("a-b", "-", "_")) + strings.ToLower("C") == "A_Bc"`,
		`repo.RepoURLToHTTPS(app.spec.source.repoURL) == "https://github.com/acme/payments.git"`,
		`repo.FullNameByRepoURL(app.spec.source.repoURL) == "acme/payments"`,
		`repo.QueryEscape("a b") == "a+b"`,
		`context.argocdUrl == "https://cd" and context.notificationType == ""`,
		`len(secrets.s) == len("[secret:s]") and secrets.s[1] == 115`,
		`appProject.metadata.name == "p"`,
		`app.spec.revisionHistoryLimit == 3`,
		`type(app.spec.revisionHistoryLimit) == "int"`,
		`serviceType == nil and recipient == nil`,
	} {
		configMap := map[string]string{"trigger.t": string(encode([]values{{"when": condition}})), "context": "argocdUrl: https://cd"}
		if got := evaluate(t, configMap, more)[0].Conditions[0]; !got.Triggered {
			t.Errorf("%s: %+v", condition, got)
		}
	}
}

func TestFunctionsThatNeedTheRepoServerFail(t *testing.T) {
	for _, condition := range []string{`repo.GetCommitMetadata("abc").Author == ""`, `repo.GetAppDetails().Type == ""`} {
		got := evaluate(t, map[string]string{"trigger.t": string(encode([]values{{"when": condition}}))}, nil)[0].Conditions[0]
		if got.Triggered || !strings.Contains(got.Error, "repo-server") {
			t.Errorf("%s: %+v", condition, got)
		}
	}
}

func TestNoConditionGivesASecretAway(t *testing.T) {
	for _, expression := range []string{`secrets`, `secrets.s`, `map(secrets.s, #)`, `toJSON(secrets)`, `int(join(map(secrets.s, string(#))))`} {
		both := string(encode([]values{{"when": "true", "oncePer": expression}, {"when": expression}}))
		results := evaluate(t, map[string]string{"trigger.t": both}, values{"secret": values{"s": "hunter2"}})
		got := string(encode(results))
		for _, form := range []string{"hunter2", "104 117 110", "104,117,110", "104117110", "aHVudGVyMg"} {
			if strings.Contains(got, form) {
				t.Errorf("%s: %s", expression, got)
			}
		}
	}
}
