// Command argocd-health is Argo CD's own judgement of the health of resources: the code of
// `argocd admin settings resource-overrides health`, for many resources in one process.
//
// Usage: argocd-health ARGOCD_CM_FILE, with a resource as JSON in each line of standard input. It prints one line of JSON for
// each: {"status": …, "message": …}, {"error": …}, or null where no script is configured.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/fake"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"github.com/argoproj/argo-cd/v3/util/settings"
)

const namespace = "argocd"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: argocd-health ARGOCD_CM_FILE < resources.jsonl")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, file string, in io.Reader, out io.Writer) error {
	overrides, err := overridesIn(ctx, file)
	if err != nil {
		return err
	}
	resources, answers := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	for {
		var resource unstructured.Unstructured
		if err := resources.Decode(&resource.Object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		status, err := health.GetResourceHealth(&resource, overrides)
		if err != nil {
			err = answers.Encode(map[string]string{"error": err.Error()})
		} else {
			err = answers.Encode(status)
		}
		if err != nil {
			return err
		}
	}
}

// overridesIn reads the scripts as Argo CD does, with a client of a cluster that has nothing but its own two objects.
func overridesIn(ctx context.Context, file string) (lua.ResourceHealthOverrides, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	configMap := &corev1.ConfigMap{}
	if err := yaml.Unmarshal(text, configMap); err != nil {
		return nil, err
	}
	configMap.ObjectMeta = partOfArgoCD(common.ArgoCDConfigMapName)
	secret := &corev1.Secret{
		ObjectMeta: partOfArgoCD(common.ArgoCDSecretName),
		Data:       map[string][]byte{"admin.password": []byte("test"), "server.secretkey": []byte("test")},
	}
	manager := settings.NewSettingsManager(ctx, fake.NewClientset(configMap, secret), namespace)
	if err := manager.ResyncInformers(); err != nil {
		return nil, err
	}
	overrides, err := manager.GetResourceOverrides()
	return lua.ResourceHealthOverrides(overrides), err
}

func partOfArgoCD(name string) metav1.ObjectMeta {
	labels := map[string]string{"app.kubernetes.io/part-of": "argocd"}
	return metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: labels}
}
