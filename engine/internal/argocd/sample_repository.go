package argocd

import (
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// What templates find behind `repo.GetCommitMetadata` and `repo.GetAppDetails`: structs with the fields and methods of Argo CD's.
//
// Reference: https://github.com/argoproj/argo-cd/blob/v3.5.7/util/notification/expression/shared
type (
	commitMetadata struct {
		Message string
		Author  string
		Date    time.Time
		Tags    []string
	}
	appDetail struct {
		Type      string
		Helm      *helmDetail
		Kustomize *kustomizeDetail
		Directory *struct{}
	}
	helmDetail struct {
		HelmAppSpec            helmAppSpec
		HelmParameterOverrides []helmParameter
	}
	helmAppSpec struct {
		Name           string
		ValueFiles     []string
		Parameters     []*helmParameter
		Values         string
		FileParameters []*helmFileParameter
	}
	helmParameter struct {
		Name        string
		Value       string
		ForceString bool
	}
	helmFileParameter struct{ Name, Path string }
	kustomizeDetail   struct{ Images []string }
)

// GetParameterValueByName is the value of a Helm parameter.
func (helmDetail) GetParameterValueByName(string) string { return "1.2.3" }

// GetFileParameterPathByName is the path of a Helm parameter's file.
func (helmDetail) GetFileParameterPathByName(string) string { return "values.txt" }

var sampleCommit = commitMetadata{
	Message: "Raise the memory limit",
	Author:  "Zhang San <zhangsan@example.com>",
	Date:    time.Date(2026, time.January, 1, 7, 58, 0, 0, time.UTC),
	Tags:    []string{"v1.2.3"},
}

// sampleDetail has the details of all kinds of sources at once, since nobody knows here which kind an Application will have.
var sampleDetail = appDetail{
	Type: "Helm",
	Helm: &helmDetail{HelmAppSpec: helmAppSpec{
		Name:           "guestbook",
		ValueFiles:     []string{"values.yaml"},
		Parameters:     []*helmParameter{{Name: "image.tag", Value: "1.2.3"}},
		Values:         "image:\n  tag: 1.2.3\n",
		FileParameters: []*helmFileParameter{{Name: "config", Path: "values.txt"}},
	}},
	Kustomize: &kustomizeDetail{Images: []string{"registry.example.com/guestbook:1.2.3"}},
	Directory: &struct{}{},
}

// sampleCommitOf fails where Argo CD fails before it asks the repo-server: an Application with several sources has no single one.
func sampleCommitOf(app map[string]any) commitMetadata {
	if text, found, err := unstructured.NestedString(app, "spec", "source", "repoURL"); err != nil || !found || text == "" {
		panic(errors.New("failed to get application source repo URL"))
	}
	return sampleCommit
}
