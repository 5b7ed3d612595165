package gate

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/argoproj/notifications-engine/pkg/services"
	"github.com/argoproj/notifications-engine/pkg/templates"
	"github.com/argoproj/notifications-engine/pkg/triggers"
	"sigs.k8s.io/yaml"
)

// templateProblems finds the fields of a template that the engine refuses; none if the value cannot even be read.
func templateProblems(name, value string) []Problem {
	var whole services.Notification
	if err := yaml.Unmarshal([]byte(value), &whole); err != nil {
		return nil
	}
	var found []Problem
	probe := func(field, template string, part services.Notification) {
		if _, err := templates.NewService(map[string]services.Notification{name: part}); err != nil {
			found = append(found, Problem{Field: field}.describe(err, template))
		}
	}
	probe("message", name, services.Notification{Message: whole.Message})
	for _, service := range slices.Sorted(maps.Keys(whole.Webhook)) {
		// The engine names these templates so, without anything in between.
		template, entry := name+service, whole.Webhook[service]
		probe("webhook."+service+".body", template, webhookPart(service, services.WebhookNotification{Body: entry.Body}))
		probe("webhook."+service+".path", template, webhookPart(service, services.WebhookNotification{Path: entry.Path}))
	}
	for field, part := range otherParts(&whole) {
		probe(field, name, part)
	}
	return found
}

func webhookPart(service string, entry services.WebhookNotification) services.Notification {
	return services.Notification{Webhook: services.WebhookNotifications{service: entry}}
}

// otherParts iterates over what a template says for services other than webhooks, each part alone, by its JSON name.
func otherParts(whole *services.Notification) func(yield func(string, services.Notification) bool) {
	return func(yield func(string, services.Notification) bool) {
		fields := reflect.ValueOf(whole).Elem()
		for index := range fields.NumField() {
			field := fields.Type().Field(index)
			if field.Name == "Message" || field.Name == "Webhook" || fields.Field(index).IsZero() {
				continue
			}
			var part services.Notification
			reflect.ValueOf(&part).Elem().Field(index).Set(fields.Field(index))
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if !yield(name, part) {
				return
			}
		}
	}
}

// triggerProblems finds the conditions of a trigger that the engine refuses; none if the value cannot even be read.
func triggerProblems(name, value string) []Problem {
	var conditions []triggers.Condition
	if err := yaml.Unmarshal([]byte(value), &conditions); err != nil {
		return nil
	}
	var found []Problem
	for index, condition := range conditions {
		probe := func(field string, part triggers.Condition) {
			if _, err := triggers.NewService(map[string][]triggers.Condition{name: {part}}); err != nil {
				found = append(found, Problem{Condition: &index, Field: field}.describe(err, ""))
			}
		}
		probe("when", triggers.Condition{When: condition.When})
		probe("oncePer", triggers.Condition{OncePer: condition.OncePer})
	}
	return found
}
