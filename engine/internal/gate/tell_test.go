package gate

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// told asks about one route.
func told(t testing.TB, app json.RawMessage, route tellRoute) toldRoute {
	t.Helper()
	return tellAll(t, app, route).Routes[0]
}

func tellAll(t testing.TB, app json.RawMessage, routes ...tellRoute) tellAnswer {
	t.Helper()
	request := values{"call": "tell", "context": "argocdUrl: https://cd", "app": app, "now": "2026-11-23T08:00:00Z", "routes": routes}
	text, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	var answer tellAnswer
	if err := json.Unmarshal(Answer(text), &answer); err != nil || !answer.OK || len(answer.Routes) != len(routes) {
		t.Fatalf("%v: %s", err, Answer(text))
	}
	return answer
}

func text(value any) string { return string(encode(value)) }

// always is a trigger whose message has this body.
func always(body string) tellRoute {
	return tellRoute{
		Triggers:  map[string]string{"t": text([]values{{"when": "true", "send": []string{"t"}}})},
		Templates: map[string]string{"t": text(values{"webhook": values{"s": values{"method": "POST", "body": body}}})},
		Services:  []string{"s"},
	}
}

// Every condition and every text of the corpus, twice: what is kept gives the same as what is new.
func TestToldAsEvaluatedAndRendered(t *testing.T) {
	app := application(t)
	count := map[string]int{}
	for _, row := range readRows(t, "verdicts.jsonl") {
		switch {
		case strings.HasSuffix(row.Key, ":when"):
			value := text([]values{{"when": row.Value, "oncePer": "app.metadata.name", "send": []string{"x"}}})
			route := tellRoute{Triggers: map[string]string{"t": value}}
			var want evaluateAnswer
			ask(t, values{"call": "evaluate", "configMap": map[string]string{"trigger.t": value}, "app": app, "now": "2026-11-23T08:00:00Z"}, &want)
			for range 2 {
				got := told(t, app, route)
				if got.OK != want.OK {
					t.Errorf("%s: %+v", row.Value, got)
				} else if got.OK {
					is, was := got.Triggers["t"][0], want.Triggers[0].Conditions[0]
					if is.Key != was.Key || is.Triggered != was.Triggered || is.OncePer != was.OncePer || !reflect.DeepEqual(is.Templates, was.Templates) {
						t.Errorf("%s: %+v, and evaluate says %+v", row.Value, is, was)
					}
					count[fmt.Sprint("condition ", is.Triggered)]++
				}
			}
		case strings.HasSuffix(row.Key, ":message") && !strings.Contains(row.Value, "now"):
			for _, body := range []string{row.Value, "{{ printf `%q` `x` }}{{/*" + row.Key + "*/}}", "[{{ toJson `" + strings.ReplaceAll(row.Value, "`", "") + "` }}]"} {
				sameBody(t, app, always(body), count)
			}
		}
	}
	for what, least := range map[string]int{"condition true": 20, "condition false": 10, "body": 100, "no body": 20} {
		if count[what] < least {
			t.Errorf("%s: %d only", what, count[what])
		}
	}
}

func sameBody(t *testing.T, app json.RawMessage, route tellRoute, count map[string]int) {
	t.Helper()
	configMap := map[string]string{"context": "argocdUrl: https://cd", "service.webhook.s": nowhere, "template.t": route.Templates["t"]}
	var want renderAnswer
	ask(t, values{
		"call": "render", "configMap": configMap, "app": app, "now": "2026-11-23T08:00:00Z", "templates": []string{"t"}, "service": "s",
	}, &want)
	isSent := want.OK && want.Request.Error == "" && want.Request.BodyIsJSON
	for range 2 {
		body, ok := told(t, app, route).Triggers["t"][0].Bodies["s"]
		if ok != isSent || (ok && body != want.Request.Body) {
			t.Errorf("%s: %q, and render says %+v", route.Templates["t"], body, want)
		}
		if ok {
			count["body"]++
		} else {
			count["no body"]++
		}
	}
}

func TestRareTemplatesAreToldAsRendered(t *testing.T) {
	app, count := application(t), map[string]int{}
	for _, template := range []values{
		{"message": `"{{.app.metadata.name}}"`},
		{"message": "1", "webhook": values{"other": values{"body": "2"}}},
		{"webhook": values{"s": values{"body": "3", "path": "/{{.app.metadata.name}}"}}},
		{"webhook": values{"s": values{"body": "4", "path": "{{fail `x`}}"}}},
		// It calls itself by its name in the engine.
		{"webhook": values{"s": values{"body": "{{if .again}}5{{else}}{{$_ := set $ `again` true}}{{template `ts` $}}{{end}}"}}},
		{"webhook": values{"s": values{"body": "{{(call .repo.GetCommitMetadata `x`).Message | toJson}}"}}},
		{"webhook": values{"s": values{"body": "{{.serviceType | toJson}}"}}},
		{"webhook": values{"s": values{"body": "{{.context | toJson}}"}}},
	} {
		route := always("")
		route.Templates["t"] = text(template)
		sameBody(t, app, route, count)
	}
	if count["body"] < 10 || count["no body"] != 2 {
		t.Errorf("%v", count)
	}
}

func TestNoTemplateChangesTheMessageOfAnother(t *testing.T) {
	hostile := always("{{$_ := set .app.metadata `name` `x`}}{{$_ := set .time `Now` `x`}}{{$_ := set .strings `ToUpper` `x`}}{{$_ := set .repo `x` `x`}}{{$_ := set .appProject `y` `x`}}1")
	seen := always("{{list .app.metadata.name .context.argocdUrl (call .time.Now).Year .appProject | toJson}}")
	alone := told(t, application(t), seen)
	hostile.Triggers["t2"], hostile.Triggers["t3"] = hostile.Triggers["t"], hostile.Triggers["t"]
	together := tellAll(t, application(t), hostile, seen, hostile, seen)
	for _, index := range []int{1, 3} {
		if !reflect.DeepEqual(together.Routes[index], alone) {
			t.Errorf("%+v, and alone %+v", together.Routes[index], alone)
		}
	}
	if body := alone.Triggers["t"][0].Bodies["s"]; !strings.Contains(body, "2026") || together.Routes[0].Triggers["t"][0].Bodies["s"] != "1" {
		t.Errorf("%s, %+v", body, together.Routes[0])
	}
}

func TestARouteThatIsRefusedIsTheOnlyOne(t *testing.T) {
	refused, unwanted := always("1"), always("1")
	refused.Triggers["u"] = `[{"when":"("}]`
	unwanted.Templates = nil
	answer := tellAll(t, application(t), refused, unwanted, always("1"))
	if answer.Routes[0].OK || len(answer.Routes[1].Triggers["t"][0].Bodies) > 0 || answer.Routes[2].Triggers["t"][0].Bodies["s"] != "1" {
		t.Errorf("%+v", answer)
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	kept, made := newRecent[int](100), 0
	get := func(text string) {
		_, _ = kept.get(text, func() (int, int, error) { made++; return made, 39, nil })
	}
	for _, text := range []string{"a", "b", "a", "c", "a", "b"} {
		get(text)
	}
	if made != 4 || kept.bytes != 80 || len(kept.elements) != 2 || kept.order.Len() != 2 {
		t.Errorf("made %d, %d bytes of %d", made, kept.bytes, len(kept.elements))
	}
	if _, err := kept.get("d", func() (int, int, error) { return 0, 0, errRare }); err == nil || len(kept.elements) != 2 {
		t.Error("an error was kept")
	}
	kept.get("e", func() (int, int, error) { return 0, 200, nil })
	if kept.bytes != 0 || len(kept.elements) != 0 {
		t.Errorf("%d bytes beyond the bound", kept.bytes)
	}
}

func TestTheOperatorsHelpersRunAsCode(t *testing.T) {
	lines, _, _ := readTenLines(t)
	body, err := compiledBodyOf(lines.Body)
	if err != nil {
		t.Fatal(err)
	}
	all := body.Root.String()
	for _, name := range []string{"s", "d", "m"} {
		all += body.Lookup(name).Root.String()
	}
	for _, name := range []string{"paths", "texts", "s", "d", "m"} {
		if !strings.Contains(all, "shortcut_"+name) {
			t.Errorf("%s is none: %s", name, all)
		}
	}
}

// BenchmarkTellTenLines is a message of ten lines to a team that was told before.
func BenchmarkTellTenLines(b *testing.B) {
	lines, _, _ := readTenLines(b)
	for b.Loop() {
		told(b, lines.App, always(lines.Body))
	}
}
