package gate

import (
	"runtime"
	"runtime/debug"
)

// argoCDLine is the release line whose engine and surroundings this module reproduces.
const argoCDLine = "3.5"

type versionRequest struct {
	Call string `json:"call"`
}

type versionAnswer struct {
	OK      bool              `json:"ok"`
	Version map[string]string `json:"version"`
}

// answerVersion tells what the program was built from.
func answerVersion(request []byte) (any, error) {
	if err := decode(request, &versionRequest{}); err != nil {
		return nil, err
	}
	modules := map[string]string{}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			modules[module.Path] = module.Version
		}
	}
	return versionAnswer{OK: true, Version: map[string]string{
		"engine": modules["github.com/argoproj/notifications-engine"],
		"expr":   modules["github.com/expr-lang/expr"],
		"sprig":  modules["github.com/Masterminds/sprig/v3"],
		"go":     runtime.Version(),
		"argocd": argoCDLine,
	}}, nil
}
