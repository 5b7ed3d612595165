package gate

import (
	"encoding/json"
	"os"
	"testing"
)

// values are members of a request or of an answer.
type values = map[string]any

// ask sends a request as the host does and reads the answer into `into`.
func ask(t *testing.T, request values, into any) {
	t.Helper()
	text, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	answer := Answer(text)
	if err := json.Unmarshal(answer, into); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
}

// verdict is the part of an answer that all calls have.
type verdict struct {
	OK     bool      `json:"ok"`
	Errors []Problem `json:"errors"`
	Error  string    `json:"error"`
}

func check(t *testing.T, configMap map[string]string, secret map[string]string) verdict {
	t.Helper()
	var answer verdict
	ask(t, values{"call": "check", "configMap": configMap, "secret": secret}, &answer)
	return answer
}

func application(t *testing.T) json.RawMessage {
	t.Helper()
	text, err := os.ReadFile("../../testdata/application.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}
