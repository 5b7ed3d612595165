package gate

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
)

// legacyServicesKey is the one key of the Secret that is configuration.
const legacyServicesKey = "notifiers.yaml"

// objects are the contents of argocd-notifications-cm and argocd-notifications-secret.
type objects struct {
	ConfigMap map[string]string `json:"configMap"`
	Secret    map[string]string `json:"secret"`
}

func (o objects) configMap() *corev1.ConfigMap {
	return &corev1.ConfigMap{Data: o.ConfigMap}
}

func (o objects) secret() *corev1.Secret {
	data := make(map[string][]byte, len(o.Secret))
	for key, value := range o.Secret {
		data[key] = []byte(value)
	}
	return &corev1.Secret{Data: data}
}

// markers stand for the Secret's values wherever an answer could show them, in whatever form.
func (o objects) markers() map[string]string {
	result := make(map[string]string, len(o.Secret))
	for key := range o.Secret {
		result[key] = "[secret:" + key + "]"
	}
	return result
}

// valuesOnly leaves the Secret its values and takes from it what is configuration.
func (o objects) valuesOnly() map[string]string {
	if _, ok := o.Secret[legacyServicesKey]; !ok {
		return o.Secret
	}
	values := maps.Clone(o.Secret)
	delete(values, legacyServicesKey)
	return values
}
