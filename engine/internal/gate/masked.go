package gate

import (
	"fmt"
	"strings"
	"time"

	"argocd-dingtalk-operator/engine/internal/argocd"
	"github.com/argoproj/notifications-engine/pkg/services"
)

// maskedOptions are the service's options with a marker for every value of the Secret, from a configuration of that
// service alone: others may accept a value only in a certain form.
func (in renderRequest) maskedOptions() (services.WebhookOptions, error) {
	alone := objects{ConfigMap: map[string]string{}, Secret: objects{Secret: in.valuesOnly()}.markers()}
	for key, value := range in.ConfigMap {
		if strings.HasPrefix(key, "service.") && serviceName(key) == in.Service {
			alone.ConfigMap[key] = value
		}
	}
	if len(alone.ConfigMap) == 0 {
		return services.WebhookOptions{}, fmt.Errorf("a service of the Secret's %s cannot be rendered", legacyServicesKey)
	}
	masked, err := load(alone, argocd.Surroundings{Now: time.Now})
	if err != nil {
		return services.WebhookOptions{}, fmt.Errorf("the service cannot be read without the secret values: %w", err)
	}
	return masked.webhook(in.Service)
}
