package argocd

import (
	"github.com/argoproj/notifications-engine/pkg/api"
	"github.com/argoproj/notifications-engine/pkg/services"
	"github.com/argoproj/notifications-engine/pkg/triggers"
)

// notification is the template in today's form. It replaces one of the same name.
func (template legacyTemplate) notification() services.Notification {
	result := template.Notification
	if template.Subject != "" {
		if result.Email == nil {
			result.Email = &services.EmailNotification{}
		}
		result.Email.Subject = template.Subject
	}
	if template.Body != "" {
		result.Message = template.Body
	}
	return result
}

// mergeInto overlays the first condition of the trigger of that name, and leaves its others.
func (trigger legacyTrigger) mergeInto(config *api.Config) {
	if trigger.Enabled != nil && *trigger.Enabled {
		config.DefaultTriggers = append(config.DefaultTriggers, trigger.Name)
	}
	conditions := config.Triggers[trigger.Name]
	if len(conditions) == 0 {
		conditions = make([]triggers.Condition, 1)
	}
	first := &conditions[0]
	if trigger.Condition != "" {
		first.When = trigger.Condition
	}
	if trigger.Template != "" {
		first.Send = []string{trigger.Template}
	}
	if trigger.Description != "" {
		first.Description = trigger.Description
	}
	config.Triggers[trigger.Name] = conditions
}

// legacyServices is the Secret's `notifiers.yaml`.
type legacyServices struct {
	Email    *services.EmailOptions    `json:"email"`
	Slack    *services.SlackOptions    `json:"slack"`
	Opsgenie *services.OpsgenieOptions `json:"opsgenie"`
	Grafana  *services.GrafanaOptions  `json:"grafana"`
	Webhook  []legacyWebhook           `json:"webhook"`
}

type legacyWebhook struct {
	services.WebhookOptions
	Name string `json:"name"`
}

func (legacy *legacyServices) mergeInto(config *api.Config) {
	add(config, "email", legacy.Email, services.NewEmailService)
	add(config, "slack", legacy.Slack, services.NewSlackService)
	add(config, "grafana", legacy.Grafana, services.NewGrafanaService)
	add(config, "opsgenie", legacy.Opsgenie, services.NewOpsgenieService)
	for _, webhook := range legacy.Webhook {
		add(config, webhook.Name, &webhook.WebhookOptions, services.NewWebhookService)
	}
}

func add[O any, S services.NotificationService](config *api.Config, name string, options *O, create func(O) S) {
	if options == nil {
		return
	}
	config.Services[name] = func() (services.NotificationService, error) { return create(*options), nil }
}
