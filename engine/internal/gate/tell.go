package gate

import (
	"encoding/json"

	"argocd-dingtalk-operator/engine/internal/argocd"
	"github.com/argoproj/notifications-engine/pkg/services"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

type tellRequest struct {
	Call string `json:"call"`
	scene
	// Context is the ConfigMap's `context`.
	Context string      `json:"context"`
	Routes  []tellRoute `json:"routes"`
}

// tellRoute is a part of a configuration that nothing else is needed for.
type tellRoute struct {
	// Triggers and Templates are the values of the ConfigMap's keys, by name.
	Triggers  map[string]string `json:"triggers"`
	Templates map[string]string `json:"templates"`
	Services  []string          `json:"services"`
}

type tellAnswer struct {
	OK     bool        `json:"ok"`
	Routes []toldRoute `json:"routes"`
}

// has tells whether there are templates of these names: a message is wanted only then.
func (r tellRoute) has(names []string) bool {
	for _, name := range names {
		if _, ok := r.Templates[name]; !ok {
			return false
		}
	}
	return len(names) > 0
}

// toldRoute is not OK if the engine refuses one of the triggers.
type toldRoute struct {
	OK       bool                     `json:"ok"`
	Triggers map[string][]toldTrigger `json:"triggers"`
}

type toldTrigger struct {
	Key       string   `json:"key"`
	Triggered bool     `json:"triggered"`
	OncePer   string   `json:"oncePer"`
	Templates []string `json:"templates"`
	// Bodies are the messages by service, without those that would not be sent or are no JSON. There are none if a template
	// was not given.
	Bodies map[string]string `json:"bodies,omitempty"`
}

// answerTell is evaluate, and render for each trigger that is true and each service, for several parts of a configuration.
// What is compiled for it stays for the next request.
func answerTell(request []byte) (any, error) {
	var in tellRequest
	if err := decode(request, &in); err != nil {
		return nil, err
	}
	context, err := contextOf(in.Context)
	if err != nil {
		return refusal{Errors: []Problem{Problem{Key: "context"}.describe(err, "")}}, nil
	}
	stage, err := in.stage(context)
	if err != nil {
		return nil, err
	}
	answer := tellAnswer{OK: true, Routes: stage.judgeAll(in.Routes)}
	wanted := messages(in.Routes, answer.Routes)
	for index, message := range wanted {
		// Conditions change nothing, and templates may change the Application: each message has one of its own.
		own := stage
		if index < len(wanted)-1 {
			own = stage.copy()
		}
		if body, ok := in.body(own, message.route, message.told.Templates, message.service); ok {
			message.told.Bodies[message.service] = body
		}
	}
	return answer, nil
}

// message is one that a true condition brings about.
type message struct {
	route   tellRoute
	told    *toldTrigger
	service string
}

func messages(routes []tellRoute, told []toldRoute) []message {
	var all []message
	for index, route := range routes {
		for _, conditions := range told[index].Triggers {
			for each := range conditions {
				condition := &conditions[each]
				if !condition.Triggered || !route.has(condition.Templates) {
					continue
				}
				condition.Bodies = make(map[string]string, len(route.Services))
				for _, service := range route.Services {
					all = append(all, message{route, condition, service})
				}
			}
		}
	}
	return all
}

// contextOf reads the ConfigMap's `context`, which is the same from question to question.
func contextOf(text string) (map[string]string, error) {
	return recentContexts.get(text, func() (map[string]string, int, error) {
		context := map[string]string{}
		err := yaml.Unmarshal([]byte(text), &context)
		return context, compiledBytes + len(text), err
	})
}

// stage is the scene as conditions and templates see it.
type stage struct {
	app     map[string]any
	around  argocd.Surroundings
	context map[string]string
}

func (r *tellRequest) stage(context map[string]string) (*stage, error) {
	app, err := r.app()
	if err != nil {
		return nil, err
	}
	around, err := r.surroundings()
	return &stage{app, around, context}, err
}

// copy shares what no template can change.
func (s *stage) copy() *stage {
	copied := *s
	copied.app = runtime.DeepCopyJSON(s.app)
	copied.around.AppProject = runtime.DeepCopyJSON(s.around.AppProject)
	return &copied
}

// vars are new ones each time, since a template may change them.
func (s *stage) vars(to services.Destination) map[string]any {
	return argocd.Vars(s.context, objects{}.secret(), s.around)(s.app, to)
}

// judgeAll runs the triggers. Conditions cannot change what they see.
func (s *stage) judgeAll(routes []tellRoute) []toldRoute {
	vars := s.vars(services.Destination{})
	told := make([]toldRoute, 0, len(routes))
	for _, route := range routes {
		told = append(told, judge(route, vars))
	}
	return told
}

func judge(route tellRoute, vars map[string]any) toldRoute {
	result := toldRoute{OK: true, Triggers: make(map[string][]toldTrigger, len(route.Triggers))}
	for name, value := range route.Triggers {
		trigger, err := compiledTriggerOf(value)
		if err != nil {
			return toldRoute{}
		}
		for index := range trigger.conditions {
			result.Triggers[name] = append(result.Triggers[name], trigger.run(index, vars))
		}
	}
	return result
}

// body is that of the request which answerRender gives; not ok for one that would not be sent, or is no JSON.
func (r *tellRequest) body(on *stage, route tellRoute, templates []string, service string) (string, bool) {
	body, err := on.body(route, templates, service)
	if err != nil {
		body, err = r.renderedBody(route, templates, service)
	}
	return body, err == nil && json.Valid([]byte(body))
}

// body does what the engine does with templates of webhooks; it leaves what is rare, and all errors, to the engine.
func (s *stage) body(route tellRoute, templates []string, service string) (string, error) {
	s.around.SampleRepository = true
	vars := s.vars(services.Destination{Service: service})
	vars["serviceType"], vars["recipient"] = service, ""
	body := ""
	for _, name := range templates {
		compiled, err := compiledTemplateOf(route.Templates[name])
		if err != nil {
			return "", err
		}
		entry, ok := compiled[service]
		if !ok {
			return "", errRare
		}
		if body, err = executed(entry, vars); err != nil {
			return "", err
		}
	}
	return body, nil
}

// nowhere is the URL of the services: nothing is sent.
const nowhere = `{"url":"https://relay.invalid/robot/send"}`

// renderedBody is the body that answerRender gives.
func (r *tellRequest) renderedBody(route tellRoute, names []string, service string) (string, error) {
	request := renderRequest{Templates: names, Service: service}
	request.scene, request.sampleRepository = r.scene, true
	request.ConfigMap = map[string]string{"context": r.Context, "service.webhook." + service: nowhere}
	for _, name := range names {
		request.ConfigMap["template."+name] = route.Templates[name]
	}
	loaded, app, found, err := request.set()
	if err != nil || len(found) > 0 {
		return "", errRare
	}
	result, err := request.render(loaded, app)
	return result.Body, err
}
