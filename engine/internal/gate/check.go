package gate

import (
	"maps"
	"slices"
	"time"

	"argocd-dingtalk-operator/engine/internal/argocd"
	"github.com/argoproj/notifications-engine/pkg/api"
)

type checkRequest struct {
	Call string `json:"call"`
	objects
}

type checkAnswer struct {
	OK     bool   `json:"ok"`
	Parsed parsed `json:"parsed"`
}

// parsed is what the engine made of the configuration. Names are sorted.
type parsed struct {
	Services               []string            `json:"services"`
	Templates              []string            `json:"templates"`
	Triggers               []string            `json:"triggers"`
	Subscriptions          []subscription      `json:"subscriptions"`
	DefaultTriggers        []string            `json:"defaultTriggers"`
	ServiceDefaultTriggers map[string][]string `json:"serviceDefaultTriggers"`
	Context                map[string]string   `json:"context"`
}

type subscription struct {
	Recipients []string `json:"recipients"`
	Triggers   []string `json:"triggers"`
	Selector   string   `json:"selector,omitempty"`
}

// answerCheck tells whether Argo CD's controller would work with this configuration, and if not, what to mend.
func answerCheck(request []byte) (any, error) {
	var in checkRequest
	if err := decode(request, &in); err != nil {
		return nil, err
	}
	loaded, found := loadOrRefuse(in.objects, argocd.Surroundings{Now: time.Now})
	if len(found) > 0 {
		return refusal{Errors: found}, nil
	}
	return checkAnswer{OK: true, Parsed: summary(loaded.GetConfig(), loaded.context)}, nil
}

func summary(config api.Config, context map[string]string) parsed {
	result := parsed{
		Services:               sortedKeys(config.Services),
		Templates:              sortedKeys(config.Templates),
		Triggers:               sortedKeys(config.Triggers),
		Subscriptions:          make([]subscription, 0, len(config.Subscriptions)),
		DefaultTriggers:        orEmpty(config.DefaultTriggers),
		ServiceDefaultTriggers: make(map[string][]string, len(config.ServiceDefaultTriggers)),
		Context:                context,
	}
	for _, entry := range config.Subscriptions {
		described := subscription{Recipients: orEmpty(entry.Recipients), Triggers: orEmpty(entry.Triggers)}
		if entry.Selector != nil {
			described.Selector = entry.Selector.String()
		}
		result.Subscriptions = append(result.Subscriptions, described)
	}
	for service, triggers := range config.ServiceDefaultTriggers {
		result.ServiceDefaultTriggers[service] = orEmpty(triggers)
	}
	return result
}

func sortedKeys[V any](all map[string]V) []string {
	return orEmpty(slices.Sorted(maps.Keys(all)))
}

// orEmpty makes sure that JSON gets a list.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
