package argocd

import (
	"encoding/json"
	"fmt"

	"github.com/argoproj/notifications-engine/pkg/api"
	"github.com/argoproj/notifications-engine/pkg/services"
	"github.com/argoproj/notifications-engine/pkg/subscriptions"
	jsonpatch "github.com/evanphx/json-patch"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// legacyConfig is the ConfigMap's `config.yaml`, the whole configuration of argocd-notifications before the engine.
type legacyConfig struct {
	Triggers      []legacyTrigger                    `json:"triggers"`
	Templates     []legacyTemplate                   `json:"templates"`
	Context       map[string]string                  `json:"context"`
	Subscriptions subscriptions.DefaultSubscriptions `json:"subscriptions"`
}

type legacyTemplate struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Body    string `json:"body"`
	services.Notification
}

type legacyTrigger struct {
	Name        string `json:"name"`
	Condition   string `json:"condition"`
	Description string `json:"description"`
	Template    string `json:"template"`
	Enabled     *bool  `json:"enabled"`
}

// applyLegacy merges the two legacy keys into the configuration, the Secret's `notifiers.yaml` first.
//
// Reference: https://github.com/argoproj/argo-cd/blob/v3.5.7/util/notification/settings/legacy.go
func applyLegacy(config *api.Config, context map[string]string, configMap *corev1.ConfigMap, secret *corev1.Secret) error {
	if text := secret.Data["notifiers.yaml"]; len(text) > 0 {
		var legacy legacyServices
		if err := yaml.Unmarshal(text, &legacy); err != nil {
			return fmt.Errorf("error unmarshaling legacy services config: %w", err)
		}
		legacy.mergeInto(config)
	}
	if text := configMap.Data["config.yaml"]; text != "" {
		var legacy legacyConfig
		if err := yaml.Unmarshal([]byte(text), &legacy); err != nil {
			return fmt.Errorf("error in unmarshaling legacy config: %w", err)
		}
		if err := legacy.mergeInto(config, context); err != nil {
			return fmt.Errorf("error in ApplyLegacyConfig merging config map: %w", err)
		}
	}
	return nil
}

func (legacy *legacyConfig) mergeInto(config *api.Config, context map[string]string) error {
	if err := patch(&context, &legacy.Context); err != nil {
		return fmt.Errorf("error in merge: %w", err)
	}
	if err := patch(&config.Subscriptions, &legacy.Subscriptions); err != nil {
		return fmt.Errorf("error in merge config and legacy subscriptions: %w", err)
	}
	for _, template := range legacy.Templates {
		config.Templates[template.Name] = template.notification()
	}
	for _, trigger := range legacy.Triggers {
		trigger.mergeInto(config)
	}
	return nil
}

// patch merges as a JSON merge patch does: of the subscriptions, a list, the legacy ones remain.
func patch[T any](target, with *T) error {
	change, err := json.Marshal(with)
	if err != nil || string(change) == "null" {
		return err
	}
	original, err := json.Marshal(target)
	if err != nil {
		return err
	}
	merged, err := jsonpatch.MergePatch(original, change)
	if err != nil {
		return fmt.Errorf("error creating merge patch: %w", err)
	}
	return json.Unmarshal(merged, target)
}
