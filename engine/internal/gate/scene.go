package gate

import (
	"encoding/json"
	"fmt"
	"time"

	"argocd-dingtalk-operator/engine/internal/argocd"
	kubejson "k8s.io/apimachinery/pkg/util/json"
)

// staged is the part of a request that evaluations share: a configuration, and the scene that it is tried in.
type staged struct {
	objects
	scene
}

// set reads the scene and loads the configuration in it. An error means that the request itself is wrong; problems mean
// that the engine refuses the configuration.
func (s staged) set() (loaded *engine, app map[string]any, found []Problem, err error) {
	if app, err = s.app(); err != nil {
		return nil, nil, nil, err
	}
	around, err := s.surroundings()
	if err != nil {
		return nil, nil, nil, err
	}
	loaded, found = loadOrRefuse(s.objects, around)
	return loaded, app, found, nil
}

// scene is what an evaluation happens in: an Application, and what Argo CD would know around it.
type scene struct {
	App        json.RawMessage `json:"app"`
	AppProject json.RawMessage `json:"appProject"`
	Now        string          `json:"now"`
	// sampleRepository is for texts that show what a message would look like.
	sampleRepository bool
}

// app reads the Application as Argo CD's client does: whole numbers become int64, others float64.
func (s scene) app() (map[string]any, error) {
	app := map[string]any{}
	if err := object(s.App, &app); err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	return app, nil
}

func (s scene) surroundings() (argocd.Surroundings, error) {
	around := argocd.Surroundings{Now: time.Now, SampleRepository: s.sampleRepository}
	if s.Now != "" {
		instant, err := time.Parse(time.RFC3339, s.Now)
		if err != nil {
			return around, fmt.Errorf("now: %w", err)
		}
		around.Now = func() time.Time { return instant }
	}
	if err := object(s.AppProject, &around.AppProject); err != nil {
		return around, fmt.Errorf("appProject: %w", err)
	}
	return around, nil
}

// object reads a JSON object; an absent one leaves `into` as it is.
func object(text json.RawMessage, into *map[string]any) error {
	if len(text) == 0 {
		return nil
	}
	return kubejson.Unmarshal(text, into)
}
