package gate

import (
	"github.com/argoproj/notifications-engine/pkg/services"
	"github.com/expr-lang/expr"
)

// run evaluates one expression as the engine's trigger service does: compiled without an environment, and with no
// destination in the variables.
func (e *engine) run(expression string, app map[string]any) (any, error) {
	program, err := expr.Compile(expression)
	if err != nil {
		return nil, err
	}
	return expr.Run(program, e.getVars(app, services.Destination{}))
}
