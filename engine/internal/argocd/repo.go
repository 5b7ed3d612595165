package argocd

import (
	"errors"
	"net/url"
	"strings"

	giturls "github.com/chainguard-dev/git-urls"
)

// errNoRepoServer is the error of the two functions that ask Argo CD's repo-server: there is none to ask here.
var errNoRepoServer = errors.New("the repo-server cannot be asked from here")

// repoExprs is what conditions and templates find as `repo`. The functions on URLs work. Those that need the repo-server answer
// with samples where a sample is wanted, and fail elsewhere: a condition must not hold because of a sample.
//
// Reference: https://github.com/argoproj/argo-cd/blob/v3.5.7/util/notification/expression/repo/repo.go
func repoExprs(app map[string]any, withSamples bool) map[string]any {
	exprs := map[string]any{
		"RepoURLToHTTPS":    repoURLToHTTPS,
		"FullNameByRepoURL": fullNameByRepoURL,
		"QueryEscape":       url.QueryEscape,
		"GetCommitMetadata": func(string) any { panic(errNoRepoServer) },
		"GetAppDetails":     func() any { panic(errNoRepoServer) },
	}
	if withSamples {
		exprs["GetCommitMetadata"] = func(string) any { return sampleCommitOf(app) }
		exprs["GetAppDetails"] = func() any { return sampleDetail }
	}
	return exprs
}

// repoURLToHTTPS is the same repository by https, without credentials.
func repoURLToHTTPS(raw string) string {
	address := parseRepoURL(raw)
	address.Scheme = "https"
	address.User = nil
	return address.String()
}

// fullNameByRepoURL is `owner/name` of a repository, or its whole path if that has fewer parts.
func fullNameByRepoURL(raw string) string {
	path := strings.TrimSuffix(parseRepoURL(raw).Path, ".git")
	parts := strings.FieldsFunc(path, func(letter rune) bool { return letter == '/' })
	if len(parts) < 2 {
		return path
	}
	return parts[0] + "/" + parts[1]
}

func parseRepoURL(raw string) *url.URL {
	address, err := giturls.Parse(raw)
	if err != nil {
		panic(err)
	}
	return address
}
