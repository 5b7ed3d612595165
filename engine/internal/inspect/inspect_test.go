package inspect

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/expr-lang/expr/ast"
)

func facts(t *testing.T, text string) *Facts {
	t.Helper()
	found, err := Expression(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return found
}

// show makes a use readable: its name, how often, and how deep in closures if it is in one.
func show(uses []Use) string {
	var parts []string
	for _, use := range uses {
		text := use.Name
		for range use.PredicateDepth {
			text = "{" + text + "}"
		}
		parts = append(parts, strings.Repeat(text+" ", use.Count))
	}
	return strings.TrimSpace(strings.Join(parts, ""))
}

func showPaths(paths []Path) string {
	var parts []string
	for _, path := range paths {
		parts = append(parts, path.Path)
	}
	return strings.Join(parts, " ")
}

func showCalls(calls []Call) string {
	var parts []string
	for _, call := range calls {
		parts = append(parts, call.Callee)
	}
	return strings.Join(parts, " ")
}

func TestNothingHides(t *testing.T) {
	for text, want := range map[string]struct{ identifiers, paths, calls, builtins, operators string }{
		`app.status.health.status == 'Healthy'`:             {"app", "app.status.health.status", "", "", "=="},
		`app.status?.operationState?.phase in ['a']`:        {"app", "app.status.operationState.phase", "", "", "in"},
		`app["status"]['sync'].conditions[0].type`:          {"app", "app.status.sync.conditions[0].type", "", "", ""},
		`app?.["a-b"]?.[-1].c`:                              {"app", `app["a-b"][-1].c`, "", "", "-"},
		`app[context.x].y`:                                  {"app context", "app[?].y context.x", "", "", ""},
		`app["sec" + "rets"]`:                               {"app", "app[?]", "", "", "+"},
		`$env["secrets"].x`:                                 {"$env", "$env.secrets.x", "", "", ""},
		`$env[app.x]`:                                       {"$env app", "$env[?] app.x", "", "", ""},
		`get(app, "x")`:                                     {"app", "app", "", "get", ""},
		`secrets | toJSON() | len()`:                        {"secrets", "secrets", "", "len toJSON", ""},
		`app.x | foo(1)`:                                    {"app foo", "app.x", "foo", "", ""},
		`::len(app)`:                                        {"app", "app", "", "len", ""},
		`time.Now().Add(time.Hour).After(app.x)`:            {"app time time", "app.x time.Hour", "().Add ().After time.Now", "", ""},
		`now() - date(app.x) < duration("1h")`:              {"app", "app.x", "", "date duration now", "- <"},
		`(app.a ?? secrets).b`:                              {"app secrets", "().b app.a secrets", "", "", "??"},
		`(app.a ? repo : app).b`:                            {"app app repo", "().b app app.a repo", "", "", ""},
		`app.a ?: secrets`:                                  {"app secrets", "app.a secrets", "", "", ""},
		`let app = secrets; app.x`:                          {"app secrets", "app.x secrets", "", "", ""},
		`if app.a { secrets } else { repo }`:                {"app repo secrets", "app.a repo secrets", "", "", ""},
		`app.a; secrets.b`:                                  {"app secrets", "app.a secrets.b", "", "", ""},
		`any(app.c, .type == secrets.x)`:                    {"app {secrets}", "#.type app.c secrets.x", "", "any", "{==}"},
		`all(app.c, any(#.d, # contains #.e))`:              {"app", "# #.d #.e app.c", "", "all {any}", "{{contains}}"},
		`reduce(1..9, #acc + # * #index, 0)`:                {"", "# #acc #index", "", "reduce", "{*} {+} .."},
		`app.list[1:app.n].x`:                               {"app app", "().x app.list app.n", "", "", ""},
		`{"a": secrets, (app.k): [repo]}.a`:                 {"app repo secrets", "().a app.k repo secrets", "", "", ""},
		`not (app.a matches "^x") and app.b matches repo.x`: {"app app repo", "app.a app.b repo.x", "", "", "and matches matches not"},
		`1 < app.a < 3`:                                     {"app", "app.a", "", "", "&& < <"},
		`app.not.let == nil`:                                {"app", "app.not.let", "", "", "=="},
		`string(app.matches) startsWith "a"`:                {"app", "app.matches", "", "string", "startsWith"},
		`a?.b.c(secrets)?.d`:                                {"a secrets", "().d secrets", "a.b.c", "", ""},
		`аpp.x`:                                             {"аpp", "аpp.x", "", "", ""},
		`b"\xff" == app.x`:                                  {"app", "app.x", "", "", "=="},
	} {
		found := facts(t, text)
		got := [...]string{show(found.Identifiers), showPaths(found.Paths), showCalls(found.Calls), show(found.Builtins), show(found.Operators)}
		if got != [...]string{want.identifiers, want.paths, want.calls, want.builtins, want.operators} {
			t.Errorf("%s:\n got  %q\n want %+v", text, got, want)
		}
	}
}

func TestConstants(t *testing.T) {
	found := facts(t, `any([1, -2, 3.5], app["名"] matches 'a+b') or app.x matches ('a' + 'b') or app.y == "0123456789"`)
	want := Facts{
		MaxStringLength: 10,
		Strings:         []string{"0123456789", "a", "a+b", "b"},
		Integers:        []int{1, 2},
		Floats:          []float64{3.5},
		Patterns:        []string{"a+b"},
		DynamicPatterns: 1,
	}
	got := Facts{
		MaxStringLength: found.MaxStringLength, Strings: found.Strings, Integers: found.Integers, Floats: found.Floats,
		Patterns: found.Patterns, DynamicPatterns: found.DynamicPatterns,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestPredicates(t *testing.T) {
	found := facts(t, `any(app.a, count(filter(1..9, # > 1)) > 1) and all(app.b ?? [], {true}) and count([true]) == 1 and sum(app?.c, .d) > 1`)
	want := []Predicate{
		{Builtin: "any", Over: "app.a", Depth: 1},
		{Builtin: "filter", Over: "(Range)", Depth: 2},
		{Builtin: "all", Over: "(Binary)", Depth: 1},
		{Builtin: "sum", Over: "app.c", Depth: 1},
	}
	if !reflect.DeepEqual(found.Predicates, want) {
		t.Errorf("%+v", found.Predicates)
	}
}

func TestResults(t *testing.T) {
	for text, want := range map[string]string{
		`app.x`: "unknown", `app.a and app.b`: "boolean", `app.x == 1`: "boolean", `not app.x`: "boolean",
		`app.x contains 'a'`: "boolean", `1 + 2`: "number", `len(app)`: "number", `'a'`: "string", `string(app)`: "string",
		`[1]`: "list", `{}`: "map", `nil`: "nil", `now()`: "time", `app.a ? 1 : 2`: "number", `app.a ? 1 : nil`: "number",
		`app.a ? 1 : 'x'`: "unknown", `duration("1h")`: "number", `any(app, true)`: "boolean", `filter(app, true)`: "list",
		`b"x"`: "list", `app.f()`: "unknown", `let x = true; x`: "boolean", `toJSON(app)`: "string",
	} {
		if got := facts(t, text).Result; got != want {
			t.Errorf("%s is a %s", text, got)
		}
	}
}

func TestSizes(t *testing.T) {
	simple := facts(t, `app.a == 1`)
	if simple.Nodes != 5 || simple.Depth != 3 || simple.NodesWrittenOut != 5 {
		t.Errorf("%+v", simple)
	}
	shared := facts(t, `app.a ?: 1`)
	if shared.Nodes != 5 || shared.NodesWrittenOut != 8 || shared.Kinds["Conditional"] != 1 {
		t.Errorf("%+v", shared)
	}
}

// Each level doubles what the compiler does: 60 of them would take Argo CD's controller thousands of years.
func TestRepeatedPartsEndBeforeTheCompilerMeetsThem(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("(", 60) + "a" + strings.Repeat(" ?: b)", 60),
		strings.Repeat("1 < (", 60) + "a" + strings.Repeat(") < 2", 60),
	} {
		if _, err := Expression(text); err != errRepeats {
			t.Errorf("%v", err)
		}
	}
}

func TestErrorsAreTheEnginesOwn(t *testing.T) {
	for text, want := range map[string]string{
		`app.`:            "unexpected end of expression (1:4)\n | app.\n | ...^",
		`1 == '1'`:        "invalid operation: == (mismatched types int and string) (1:3)\n | 1 == '1'\n | ..^",
		`app matches '('`: "error parsing regexp: missing closing ): `(` (1:5)\n | app matches '('\n | ....^",
		``:                "unexpected token EOF",
	} {
		if _, err := Expression(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Every condition of the corpus that the engine accepts can be taken apart.
func TestAcceptedConditionsHaveFacts(t *testing.T) {
	text, err := os.ReadFile("../../testdata/verdicts.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var row struct{ Key, Value, Verdict string }
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(row.Key, ":when") {
			continue
		}
		found, err := Expression(row.Value)
		if accepted := row.Verdict != "global"; accepted != (err == nil) {
			t.Errorf("%s: %s, but %v", row.Value, row.Verdict, err)
		} else if accepted && (found.Nodes == 0 || found.Depth == 0 || found.Result == "") {
			t.Errorf("%s: %+v", row.Value, found)
		}
	}
}

func TestUnknownKindsOfNodesAreAPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a kind of node was skipped")
		}
	}()
	newWalker().collect(&ast.ConstantNode{})
}

func TestListsAreNeverNull(t *testing.T) {
	text, err := json.Marshal(facts(t, "true"))
	if err != nil || strings.Contains(string(text), "null") {
		t.Errorf("%s %v", text, err)
	}
}
