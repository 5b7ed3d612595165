package gate

import (
	"strings"
	"testing"
)

func TestPanicBecomesAnAnswer(t *testing.T) {
	responders["fall"] = func([]byte) (any, error) { panic("from a height") }
	defer delete(responders, "fall")
	if got := string(Answer([]byte(`{"call":"fall"}`))); got != `{"error":"panic: from a height"}` {
		t.Error(got)
	}
}

func TestRequestsThatAreNotUnderstood(t *testing.T) {
	for request, message := range map[string]string{
		`{"call":"guess"}`:                      `there is no call "guess"`,
		`{}`:                                    `there is no call ""`,
		``:                                      `no JSON object`,
		`[]`:                                    `no JSON object`,
		`{"call":"check","configmap":1}`:        `configMap`,
		`{"call":"check","cm":{}}`:              `unknown field "cm"`,
		`{"call":"evaluate","now":"yesterday"}`: `now: parsing time`,
		`{"call":"evaluate","app":[]}`:          `app: `,
		`{"call":"render","appProject":"default"}`:     `appProject: `,
		`{"call":"version","expression":"1"}`:          `unknown field`,
		`{"call":"inspect","expression":["a","b"]}`:    `expression`,
		`{"call":"check","configMap":{"a":{"b":1}}}`:   `cannot unmarshal object`,
		"{\"call\":\"check\",\"configMap\":{\"a\":1}}": `cannot unmarshal number`,
	} {
		if got := string(Answer([]byte(request))); !strings.HasPrefix(got, `{"ok":false,`) || !strings.Contains(unescape(got), message) {
			t.Errorf("%s: %s", request, got)
		}
	}
}

func unescape(text string) string { return strings.ReplaceAll(text, `\"`, `"`) }

func TestVersionNamesWhatItWasBuiltFrom(t *testing.T) {
	var answer versionAnswer
	ask(t, values{"call": "version"}, &answer)
	if !answer.OK || answer.Version["argocd"] != argoCDLine || !strings.HasPrefix(answer.Version["go"], "go1.") {
		t.Errorf("%+v", answer)
	}
}
