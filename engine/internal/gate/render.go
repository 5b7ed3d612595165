package gate

import (
	"encoding/json"
	"strings"

	"github.com/argoproj/notifications-engine/pkg/services"
)

type renderRequest struct {
	Call string `json:"call"`
	staged
	// Templates in the order of a condition's `send`.
	Templates []string `json:"templates"`
	Service   string   `json:"service"`
	Recipient string   `json:"recipient"`
}

type renderAnswer struct {
	OK      bool     `json:"ok"`
	Request rendered `json:"request"`
}

// rendered is the HTTP request that the webhook service would make. Where a value of the Secret would be,
// `[secret:<key>]` is. With an error nothing would be sent.
type rendered struct {
	Method     string            `json:"method"`
	URL        string            `json:"url"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`
	BodyIsJSON bool              `json:"bodyIsJSON"`
	Error      string            `json:"error,omitempty"`
}

// answerRender renders templates for one Application and one webhook service. No socket is opened.
func answerRender(request []byte) (any, error) {
	var in renderRequest
	if err := decode(request, &in); err != nil {
		return nil, err
	}
	in.sampleRepository = true
	loaded, app, found, err := in.set()
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return refusal{Errors: found}, nil
	}
	result, err := in.render(loaded, app)
	if err != nil {
		result.Error = err.Error()
	}
	return renderAnswer{OK: true, Request: result}, nil
}

// render takes the notification from the engine, and the service's options from one that never saw a secret value.
// The real options only decide whether the request can be made at all.
func (in renderRequest) render(real *engine, app map[string]any) (rendered, error) {
	result := rendered{Headers: map[string]string{}}
	genuine, err := real.webhook(in.Service)
	if err != nil {
		return result, err
	}
	options, err := in.maskedOptions()
	if err != nil {
		return result, err
	}
	notification, err := real.format(app, in.Templates, services.Destination{Service: in.Service, Recipient: in.Recipient})
	if err != nil {
		return result, err
	}
	result.compose(options, notification, in.Service)
	return result, sendable(result, genuine, notification.Webhook[in.Service].Path)
}

// compose puts the request together as the webhook service does.
//
// Reference: Send in the engine's pkg/services/webhook.go.
func (r *rendered) compose(options services.WebhookOptions, notification services.Notification, service string) {
	r.Method, r.URL, r.Body = "GET", options.URL, notification.Message
	if entry, ok := notification.Webhook[service]; ok {
		r.Body = entry.Body
		if entry.Method != "" {
			r.Method = entry.Method
		}
		r.URL = withPath(options.URL, entry.Path)
	}
	for name, values := range headers(options) {
		r.Headers[name] = values[0]
	}
	r.BodyIsJSON = json.Valid([]byte(r.Body))
}

func withPath(url, path string) string {
	if path == "" {
		return url
	}
	return strings.TrimRight(url, "/") + "/" + strings.TrimLeft(path, "/")
}
