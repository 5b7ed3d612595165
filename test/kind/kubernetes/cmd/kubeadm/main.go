// Command kubeadm is Kubernetes' own installer, by which kind sets up a node.
package main

import (
	"k8s.io/kubernetes/cmd/kubeadm/app"
	apputil "k8s.io/kubernetes/cmd/kubeadm/app/util/errors"
)

func main() {
	apputil.HandleError(app.Run())
}
