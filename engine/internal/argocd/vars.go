// Package argocd is the thin layer that Argo CD 3.5 puts around the notifications engine: what templates and
// conditions can see, the ConfigMap's `context`, and the two keys of the time before the engine.
package argocd

import (
	"maps"
	"time"

	"github.com/argoproj/notifications-engine/pkg/api"
	"github.com/argoproj/notifications-engine/pkg/services"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// Surroundings is what the variables take from outside of the two objects.
type Surroundings struct {
	// Now is the clock behind `time.Now`.
	Now func() time.Time
	// AppProject is the Application's project as an object; empty when there is none, as in Argo CD.
	AppProject map[string]any
	// SampleRepository lets the functions that need the repo-server answer with samples.
	SampleRepository bool
}

// Context reads the ConfigMap's `context` and merges the two legacy keys into the configuration.
func Context(config *api.Config, configMap *corev1.ConfigMap, secret *corev1.Secret) (map[string]string, error) {
	context := map[string]string{}
	if text, ok := configMap.Data["context"]; ok {
		if err := yaml.Unmarshal([]byte(text), &context); err != nil {
			return nil, err
		}
	}
	if err := applyLegacy(config, context, configMap, secret); err != nil {
		return nil, err
	}
	return context, nil
}

// Vars is what Argo CD hands to every evaluation: of a condition with an empty destination, of a template with the
// real one.
//
// Reference: initGetVars in https://github.com/argoproj/argo-cd/blob/v3.5.7/util/notification/settings/settings.go
func Vars(context map[string]string, secret *corev1.Secret, around Surroundings) api.GetVars {
	project := around.AppProject
	if project == nil {
		project = map[string]any{}
	}
	helpers := map[string]any{"time": timeExprs(around.Now), "strings": stringsExprs()}
	return func(app map[string]any, destination services.Destination) map[string]any {
		visible := map[string]string{"notificationType": destination.Service}
		maps.Copy(visible, context)
		vars := map[string]any{"app": app, "context": visible, "secrets": secret.Data, "appProject": project}
		maps.Copy(vars, helpers)
		vars["repo"] = repoExprs(app, around.SampleRepository)
		return vars
	}
}
