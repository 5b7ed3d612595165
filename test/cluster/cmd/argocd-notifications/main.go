// Command argocd-notifications is Argo CD's own notifications controller.
package main

import (
	"os"

	"github.com/argoproj/argo-cd/v3/cmd/argocd-notification/commands"
)

func main() {
	if err := commands.NewCommand().Execute(); err != nil {
		os.Exit(1)
	}
}
