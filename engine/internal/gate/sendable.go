package gate

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"github.com/argoproj/notifications-engine/pkg/services"
	"golang.org/x/net/http/httpguts"
)

// quoted is the part of Go's error texts that repeats what was given.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// sendable tells why Go's HTTP client would not even try to send the request; genuine are the options with the real
// values of the Secret, which the error does not contain.
func sendable(r rendered, genuine services.WebhookOptions, path string) error {
	request, err := http.NewRequest(r.Method, withPath(genuine.URL, path), nil)
	var inURL *url.Error
	switch {
	case errors.As(err, &inURL):
		return fmt.Errorf("the URL: %s", quoted.ReplaceAllString(inURL.Err.Error(), "[hidden]"))
	case err != nil:
		return err
	}
	switch request.URL.Scheme {
	case "http", "https":
	case "":
		return errors.New(`the URL: unsupported protocol scheme ""`)
	default:
		return errors.New("the URL: unsupported protocol scheme [hidden]")
	}
	if request.URL.Host == "" {
		return errors.New("the URL: http: no Host in request URL")
	}
	for index, header := range genuine.Headers {
		if !httpguts.ValidHeaderFieldName(header.Name) {
			return fmt.Errorf("headers[%d]: net/http: invalid header field name", index)
		}
		if !httpguts.ValidHeaderFieldValue(header.Value) {
			return fmt.Errorf("headers[%d]: net/http: invalid header field value", index)
		}
	}
	return nil
}

// headers are those the webhook service sets; of two with the same name the last stays.
func headers(options services.WebhookOptions) http.Header {
	request := http.Request{Header: http.Header{}}
	for _, header := range options.Headers {
		request.Header.Set(header.Name, header.Value)
	}
	if options.BasicAuth != nil {
		request.SetBasicAuth(options.BasicAuth.Username, options.BasicAuth.Password)
	}
	return request.Header
}
