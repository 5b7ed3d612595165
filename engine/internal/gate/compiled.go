package gate

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"text/template"

	"argocd-dingtalk-operator/engine/internal/shortcut"
	"github.com/Masterminds/sprig/v3"
	"github.com/argoproj/notifications-engine/pkg/services"
	"github.com/argoproj/notifications-engine/pkg/triggers"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"sigs.k8s.io/yaml"
)

// errRare means that a template is left to the engine as it is.
var errRare = errors.New("the engine has to render this")

// How many bytes of what was compiled stay. Teams share the texts of most messages, and have triggers of their own.
const (
	maxTriggerBytes  = 24 << 20
	maxTemplateBytes = 12 << 20
	maxPatternBytes  = 1 << 20
	maxContextBytes  = 1 << 20
)

// What a compiled text takes for each of its bytes, and beside that, about; a benchmark tells.
const (
	triggerFactor  = 24
	templateFactor = 24
	compiledBytes  = 4 << 10
)

var (
	recentTriggers  = newRecent[*compiledTrigger](maxTriggerBytes)
	recentTemplates = newRecent[map[string]*template.Template](maxTemplateBytes)
	recentBodies    = newRecent[*template.Template](maxTemplateBytes)
	recentPatterns  = newRecent[*regexp.Regexp](maxPatternBytes)
	recentContexts  = newRecent[map[string]string](maxContextBytes)
)

// compiledTrigger is a trigger as the engine's trigger service has it.
//
// Reference: NewService and Run in the engine's pkg/triggers/service.go.
type compiledTrigger struct {
	conditions []triggers.Condition
	programs   []conditionPrograms
}

type conditionPrograms struct {
	key     string
	when    *vm.Program
	oncePer *vm.Program
}

func compiledTriggerOf(value string) (*compiledTrigger, error) {
	return recentTriggers.get(value, func() (*compiledTrigger, int, error) {
		var result compiledTrigger
		if err := yaml.Unmarshal([]byte(value), &result.conditions); err != nil {
			return nil, 0, err
		}
		for index, condition := range result.conditions {
			when := condition.When
			if when == "" {
				when = "false"
			}
			sum := sha1.Sum([]byte(condition.When))
			programs := conditionPrograms{key: fmt.Sprintf("[%d].%s", index, base64.RawURLEncoding.EncodeToString(sum[:]))}
			var err error
			if programs.when, err = expr.Compile(when); err != nil {
				return nil, 0, err
			}
			if condition.OncePer != "" {
				if programs.oncePer, err = expr.Compile(condition.OncePer); err != nil {
					return nil, 0, err
				}
			}
			result.programs = append(result.programs, programs)
		}
		return &result, compiledBytes + triggerFactor*len(value), nil
	})
}

func (c *compiledTrigger) run(index int, vars map[string]any) toldTrigger {
	programs := c.programs[index]
	result := toldTrigger{Key: programs.key, Templates: orEmpty(c.conditions[index].Send)}
	value, err := expr.Run(programs.when, vars)
	isTrue, isBoolean := value.(bool)
	result.Triggered = err == nil && isBoolean && isTrue
	if result.Triggered && programs.oncePer != nil {
		if value, err := expr.Run(programs.oncePer, vars); err == nil {
			result.OncePer = fmt.Sprintf("%v", value)
		}
	}
	return result
}

// compiledTemplateOf reads a template that has bodies of webhooks and nothing else, and gives the bodies by service.
//
// Reference: GetTemplater in the engine's pkg/services/webhook.go.
func compiledTemplateOf(value string) (map[string]*template.Template, error) {
	return recentTemplates.get(value, func() (map[string]*template.Template, int, error) {
		var whole services.Notification
		if err := yaml.Unmarshal([]byte(value), &whole); err != nil {
			return nil, 0, err
		}
		rest := whole
		rest.Webhook = nil
		if !reflect.ValueOf(rest).IsZero() {
			return nil, 0, errRare
		}
		result := make(map[string]*template.Template, len(whole.Webhook))
		for service, entry := range whole.Webhook {
			if entry.Path != "" {
				return nil, 0, errRare
			}
			body, err := compiledBodyOf(entry.Body)
			if err != nil {
				return nil, 0, err
			}
			result[service] = body
		}
		return result, compiledBytes + len(value), nil
	})
}

// bodyName is the name of the templates for Go: the texts of several templates are compiled once. One that calls itself by its
// name in the engine is left to the engine.
const bodyName = "\x00"

func compiledBodyOf(text string) (*template.Template, error) {
	return recentBodies.get(text, func() (*template.Template, int, error) {
		// All functions for each template would take more memory than the template.
		functions := template.FuncMap{}
		for name, function := range templateFunctions {
			if strings.Contains(text, name) {
				functions[name] = function
			}
		}
		body, err := template.New(bodyName).Funcs(functions).Parse(text)
		if err == nil {
			err = shortcut.Take(body)
		}
		return body, compiledBytes + templateFactor*len(text), err
	})
}

func executed(body *template.Template, vars map[string]any) (string, error) {
	var text bytes.Buffer
	err := body.Execute(&text, vars)
	return text.String(), err
}

// templateFunctions are those of the engine.
//
// Reference: NewService in the engine's pkg/templates/service.go.
var templateFunctions = func() template.FuncMap {
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	// A message of ten lines calls it some thirty times, with the same few patterns.
	functions["regexReplaceAll"] = func(pattern string, text string, replacement string) string {
		compiled, err := recentPatterns.get(pattern, func() (*regexp.Regexp, int, error) {
			compiled, err := regexp.Compile(pattern)
			return compiled, compiledBytes + 100*len(pattern), err
		})
		if err != nil {
			panic(err)
		}
		return compiled.ReplaceAllString(text, replacement)
	}
	return functions
}()
