package gate

import (
	"time"

	"argocd-dingtalk-operator/engine/internal/argocd"
	"github.com/argoproj/notifications-engine/pkg/api"
)

// engine is a configuration that Argo CD's controller would work with.
type engine struct {
	api.API
	context map[string]string
	getVars api.GetVars
}

// load does what the controller does after every change of the two objects, in the same order, and fails where it
// fails: at the first key that cannot be read, in an order that is random. What templates and conditions see of the
// Secret are markers, though.
//
// Reference: getApiFromConfigmapAndSecret in the engine's pkg/api/factory.go.
func load(given objects, around argocd.Surroundings) (*engine, error) {
	configMap, secret := given.configMap(), given.secret()
	config, err := api.ParseConfig(configMap, secret)
	if err != nil {
		return nil, err
	}
	context, err := argocd.Context(config, configMap, secret)
	if err != nil {
		return nil, err
	}
	getVars := argocd.Vars(context, objects{Secret: given.markers()}.secret(), around)
	loaded, err := api.NewAPI(*config, getVars)
	if err != nil {
		return nil, err
	}
	return &engine{API: loaded, context: context, getVars: getVars}, nil
}

// tryLoad is load for the sake of its error.
func tryLoad(given objects) error {
	_, err := load(given, argocd.Surroundings{Now: time.Now})
	return err
}

// loadOrRefuse is load with the problems of all keys, sorted, if there are any.
func loadOrRefuse(given objects, around argocd.Surroundings) (*engine, []Problem) {
	loaded, err := load(given, around)
	if err != nil {
		return nil, problems(given, err)
	}
	if found := shadowedProblems(given); len(found) > 0 {
		return nil, found
	}
	return loaded, nil
}
