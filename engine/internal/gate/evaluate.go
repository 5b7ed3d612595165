package gate

import (
	"argocd-dingtalk-operator/engine/internal/inspect"
	"github.com/argoproj/notifications-engine/pkg/triggers"
)

type evaluateRequest struct {
	Call string `json:"call"`
	staged
	// Triggers to evaluate; absent stands for all.
	Triggers []string `json:"triggers"`
}

type evaluateAnswer struct {
	OK       bool            `json:"ok"`
	Triggers []triggerResult `json:"triggers"`
}

type triggerResult struct {
	Name       string            `json:"name"`
	Conditions []conditionResult `json:"conditions"`
	// Error is about the trigger as a whole: there is none of that name.
	Error string `json:"error,omitempty"`
}

type conditionResult struct {
	// Key is the engine's name for the condition: its place and a hash of its `when`.
	Key       string   `json:"key"`
	Triggered bool     `json:"triggered"`
	OncePer   string   `json:"oncePer"`
	Templates []string `json:"templates"`
	// Error is what the engine only logs; ErrorField is the expression that failed, `when` or `oncePer`.
	Error      string `json:"error,omitempty"`
	ErrorField string `json:"errorField,omitempty"`
	// Gives is the kind of what `when` gave if that is no boolean: such a condition is never true.
	Gives string `json:"gives,omitempty"`
}

// answerEvaluate runs triggers against one Application.
func answerEvaluate(request []byte) (any, error) {
	var in evaluateRequest
	if err := decode(request, &in); err != nil {
		return nil, err
	}
	loaded, app, found, err := in.set()
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return refusal{Errors: found}, nil
	}
	names := in.Triggers
	if names == nil {
		names = sortedKeys(loaded.GetConfig().Triggers)
	}
	answer := evaluateAnswer{OK: true, Triggers: make([]triggerResult, 0, len(names))}
	for _, name := range names {
		answer.Triggers = append(answer.Triggers, loaded.evaluate(name, app))
	}
	return answer, nil
}

// evaluate takes the verdict from the engine's trigger service, and asks the failed expressions again for the reason.
func (e *engine) evaluate(name string, app map[string]any) triggerResult {
	result := triggerResult{Name: name, Conditions: []conditionResult{}}
	verdicts, err := e.RunTrigger(name, app)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	for index, verdict := range verdicts {
		described := conditionResult{
			Key:       verdict.Key,
			Triggered: verdict.Triggered,
			OncePer:   verdict.OncePer,
			Templates: orEmpty(verdict.Templates),
		}
		e.explain(&described, e.GetConfig().Triggers[name][index], app)
		result.Conditions = append(result.Conditions, described)
	}
	return result
}

// explain adds what the engine logs, or does not even log.
func (e *engine) explain(result *conditionResult, condition triggers.Condition, app map[string]any) {
	switch {
	case !result.Triggered && condition.When != "":
		value, err := e.run(condition.When, app)
		if err != nil {
			result.Error, result.ErrorField = err.Error(), "when"
		} else if _, isBoolean := value.(bool); !isBoolean {
			result.Gives = inspect.KindOfValue(value)
		}
	case result.Triggered && condition.OncePer != "" && result.OncePer == "":
		if _, err := e.run(condition.OncePer, app); err != nil {
			result.Error, result.ErrorField = err.Error(), "oncePer"
		}
	}
}
