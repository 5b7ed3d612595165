package gate

import (
	"encoding/json"
	"os"
	"testing"

	"argocd-dingtalk-operator/engine/internal/argocd"
	"github.com/argoproj/notifications-engine/pkg/services"
)

// tenLines is the message of ten lines of docs/templates.md, as the operator compiles it.
type tenLines struct {
	App     json.RawMessage `json:"app"`
	Context string          `json:"context"`
	Body    string          `json:"body"`
	Sent    string          `json:"sent"`
}

func readTenLines(t testing.TB) (tenLines, objects, map[string]any) {
	t.Helper()
	text, err := os.ReadFile("../../testdata/ten-lines.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var lines tenLines
	if err := json.Unmarshal(text, &lines); err != nil {
		t.Fatal(err)
	}
	app, err := scene{App: lines.App}.app()
	if err != nil {
		t.Fatal(err)
	}
	template := values{"webhook": values{"dt": values{"method": "POST", "body": lines.Body}}}
	return lines, objects{ConfigMap: map[string]string{
		"context":            lines.Context,
		"service.webhook.dt": "url: https://example.com",
		"template.t":         string(encode(template)),
	}}, app
}

func loadTenLines(t testing.TB, given objects) *engine {
	t.Helper()
	around, err := scene{}.surroundings()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := load(given, around)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func TestTenLinesAreSentAsTheModuleSendsThem(t *testing.T) {
	lines, given, app := readTenLines(t)
	got, err := loadTenLines(t, given).format(app, []string{"t"}, services.Destination{Service: "dt"})
	if err != nil {
		t.Fatal(err)
	}
	if body := got.Webhook["dt"].Body; body != lines.Sent {
		t.Errorf("%s", body)
	}
}

// BenchmarkTenLines is what Argo CD's controller does for each message, without the request itself.
func BenchmarkTenLines(b *testing.B) {
	_, given, app := readTenLines(b)
	loaded := loadTenLines(b, given)
	for b.Loop() {
		if _, err := loaded.format(app, []string{"t"}, services.Destination{Service: "dt"}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(given.ConfigMap["template.t"])), "B/template")
}

// BenchmarkLoadTenLines is what one such template adds to each change of the configuration.
func BenchmarkLoadTenLines(b *testing.B) {
	_, given, _ := readTenLines(b)
	around := argocd.Surroundings{}
	for b.Loop() {
		if _, err := load(given, around); err != nil {
			b.Fatal(err)
		}
	}
}
