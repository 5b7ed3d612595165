package gate

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/file"
)

// Problem is one reason why the engine refuses a configuration. Line and column count from 1, inside the field's text
// if there is a field, else inside the key's value; 0 (absent) is unknown.
type Problem struct {
	// Key is absent for an error that no key causes alone.
	Key string `json:"key,omitempty"`
	// Object is "secret" for a key of the Secret, absent for one of the ConfigMap.
	Object string `json:"object,omitempty"`
	// Condition is the place, from 0, in a trigger's list.
	Condition *int   `json:"condition,omitempty"`
	Field     string `json:"field,omitempty"`
	Message   string `json:"message"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
}

var (
	yamlLine     = regexp.MustCompile(`yaml: line (\d+):`)
	templateLine = regexp.MustCompile(`^(\d+)(?::(\d+))?: `)
)

// describe fills in the engine's words and where they point to. template is the name that the engine gave to the
// Go template in question, empty if the error is about none.
func (p Problem) describe(err error, template string) Problem {
	p.Message = err.Error()
	var inExpression *file.Error
	switch {
	case errors.As(err, &inExpression):
		p.Line, p.Column = inExpression.Line, inExpression.Column+1 // only lines count from 1 in there
	case strings.HasPrefix(p.Message, "template: "+template+":"):
		p.Line, p.Column = numbers(templateLine, p.Message[len("template: "+template+":"):])
	default:
		p.Line, p.Column = numbers(yamlLine, p.Message)
	}
	return p
}

// withoutQuotes hides the message if it may repeat a part of the value, which is secret.
func (p Problem) withoutQuotes() Problem {
	if strings.ContainsAny(p.Message, "\"'`{[") {
		p.Message = "the engine cannot read it; its reason may contain parts of the value, and is not shown"
	}
	return p
}

// numbers returns what the pattern's one or two groups matched, 0 for what they did not.
func numbers(pattern *regexp.Regexp, text string) (first, second int) {
	groups := pattern.FindStringSubmatch(text)
	if len(groups) > 1 {
		first, _ = strconv.Atoi(groups[1])
	}
	if len(groups) > 2 {
		second, _ = strconv.Atoi(groups[2])
	}
	return first, second
}
