package inspect

import (
	"strings"
	"testing"
	"time"
)

func TestSourcesOfWhatIsMatched(t *testing.T) {
	for text, want := range map[string]string{
		`app.a.b matches "x"`:                                           "app.a.b",
		`app["a"]?.b matches "x"`:                                       "app.a.b",
		`not (app.a matches "x")`:                                       "app.a",
		`lower(app.a) matches "x"`:                                      "app.a",
		`app.a | trim() | upper() matches "x"`:                          "app.a",
		`strings.ToLower(app.a) matches "x"`:                            "app.a",
		`(app.a ?? app.b) matches "x"`:                                  "app.a app.b",
		`(app.a ?: app.b) matches "x"`:                                  "app.a app.b",
		`(app.a + "-" + app.b) matches "x"`:                             "app.a app.b",
		`(app.c ? app.a : app.b) matches "x"`:                           "app.a app.b",
		`(if app.c { app.a } else { app.b }) matches "x"`:               "app.a app.b",
		`(app.a ?? secrets).b matches "x"`:                              "app.a.b secrets.b",
		`(app.a ? [app.x] : app.b)[0] matches "x"`:                      "()[0] app.b[0]",
		`"x" matches "x"`:                                               "",
		`(nil ?? "x" ?? 1.5 ?? true) matches "x"`:                       "",
		`any(app.l, # matches "x")`:                                     "app.l[?]",
		`any(app.l ?? [], .a.b matches "x")`:                            "app.l[?].a.b",
		`any(app.l, any(#.m, # matches "x"))`:                           "app.l[?].m[?]",
		`any(app.l, any(app.m, # matches "x") and # matches "y")`:       "app.l[?] app.m[?]",
		`any(any(app.k, # matches "x") ? app.l : app.m, # matches "x")`: "app.k[?] app.l[?] app.m[?]",
		`any(filter(app.l, .a), .b matches "x")`:                        "app.l[?].b",
		`find(app.l, .a)?.b matches "x"`:                                "app.l[?].b",
		`first(app.l).b matches "x"`:                                    "app.l[?].b",
		`app.l[app.n] matches "x"`:                                      "app.l[?]",
		`any(map(app.l, .a), # matches "x")`:                            "()[?]",
		`any(1..9, any(app.l, # matches "x") and # > 1)`:                "app.l[?]",
		`reduce(app.l, #acc matches "x" ? # : #acc)`:                    "()",
		`string(app.a) matches "x"`:                                     "()",
		`app.f() matches "x"`:                                           "()",
		`strings.ToLower(app.a, app.b) matches "x"`:                     "()",
		`time.Now().String() matches "x"`:                               "()",
		`strings.ReplaceAll(app.a, app.b, app.c) matches "x"`:           "()",
		`app.a[1:] matches "x"`:                                         "()",
		`(app.a; app.b) matches "x"`:                                    "()",
		`replace(app.a, "a", app.b) matches "x"`:                        "()",
		`$env.secrets.x matches "x"`:                                    "$env.secrets.x",
		`any([app.a, app.b, "x"], # matches "x")`:                       "app.a app.b",
	} {
		if got := showPaths(facts(t, text).Matched); got != want {
			t.Errorf("%s: %q, not %q", text, got, want)
		}
	}
}

func TestSourcesOfWhatIsRead(t *testing.T) {
	found := facts(t, `any(app.l ?? [], .a == "x" and .a != #.b) and (find(app.l, .c).d ?? app.e) == time.x().y`)
	if got, want := showPaths(found.Reads), "().y app.e app.l app.l[?].a app.l[?].b app.l[?].c app.l[?].d"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	for _, read := range found.Reads {
		if read.Path == "app.l[?].a" && (read.Count != 2 || read.PredicateDepth != 1 || read.Dynamic != 1 || len(read.Segments) != 3) {
			t.Errorf("%+v", read)
		}
	}
}

// The search has to end all the same, and must not leave out what it has not found.
func TestTheSearchForSourcesIsBounded(t *testing.T) {
	doubling := `# matches "x"`
	for range 24 {
		doubling = "any(# ?? #, " + doubling + ")"
	}
	for _, text := range []string{
		"any(app.l, " + doubling + ")",
		strings.Repeat("(", 2000) + "app" + strings.Repeat(".b ?? app)", 2000) + `.c matches "x"`,
	} {
		start := time.Now()
		found := facts(t, text)
		if took := time.Since(start); took > 2*time.Second {
			t.Error(took)
		}
		if got := showPaths(found.Matched); !strings.Contains(got, "()") {
			t.Error(got[:min(100, len(got))])
		}
	}
}
