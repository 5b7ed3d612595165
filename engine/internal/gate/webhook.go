package gate

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/argoproj/notifications-engine/pkg/services"
)

// webhook returns the options of a webhook service as the engine holds them.
func (e *engine) webhook(name string) (services.WebhookOptions, error) {
	service, ok := e.GetNotificationServices()[name]
	if !ok {
		return services.WebhookOptions{}, fmt.Errorf("notification service '%s' is not supported", name)
	}
	// The engine keeps the options to itself; a test tells if it ever keeps them elsewhere.
	value := reflect.Indirect(reflect.ValueOf(service))
	if value.Kind() == reflect.Struct {
		field := value.FieldByName("opts")
		if field.IsValid() && field.CanAddr() && field.Type() == reflect.TypeFor[services.WebhookOptions]() {
			return *(*services.WebhookOptions)(unsafe.Pointer(field.UnsafeAddr())), nil
		}
	}
	return services.WebhookOptions{}, fmt.Errorf("notification service '%s' is no webhook", name)
}

// format is the engine's own Send with a service that keeps what it is given.
func (e *engine) format(app map[string]any, templates []string, to services.Destination) (services.Notification, error) {
	var kept recorder
	e.AddNotificationService(to.Service, &kept)
	err := e.Send(app, templates, to)
	return kept.notification, err
}

type recorder struct {
	notification services.Notification
}

func (r *recorder) Send(notification services.Notification, _ services.Destination) error {
	r.notification = notification
	return nil
}
