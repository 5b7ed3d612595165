package gate

import (
	"argocd-dingtalk-operator/engine/internal/inspect"
)

type inspectRequest struct {
	Call       string `json:"call"`
	Expression string `json:"expression"`
}

type inspectAnswer struct {
	OK    bool           `json:"ok"`
	Facts *inspect.Facts `json:"facts"`
}

// answerInspect takes an expression apart, for a policy that decides what it may contain.
func answerInspect(request []byte) (any, error) {
	var in inspectRequest
	if err := decode(request, &in); err != nil {
		return nil, err
	}
	facts, err := inspect.Expression(in.Expression)
	if err != nil {
		return refusal{Errors: []Problem{Problem{}.describe(err, "")}}, nil
	}
	return inspectAnswer{OK: true, Facts: facts}, nil
}
