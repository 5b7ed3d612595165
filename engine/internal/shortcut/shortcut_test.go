package shortcut

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

func parsed(t *testing.T, text string) *template.Template {
	t.Helper()
	body, err := template.New("x").Funcs(sprig.TxtFuncMap()).Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// run gives what a template prints, and leaves its marks in the scene.
func run(body *template.Template, scene map[string]any) (string, error) {
	var text bytes.Buffer
	err := body.Execute(&text, scene)
	return text.String(), err
}

// calls are uses of each helper, on values in `.v` and with a state in `$`.
var calls = map[string]string{
	"s": "{{template `s` .d}}{{.d.s}}",
	"d": "{{template `d` .d}}{{.d.s}}",
	"z": "{{$_ := set .d `z` .zone}}{{template `d` .d}}{{.d.s}}",
	"j": "{{template `j` .d}}{{.d.s}}",
	"m": "{{template `m` (prepend .v $)}}",
	"t": "{{template `t` (prepend .v $)}}",
	"u": "{{template `u` (prepend .v $)}}",
	"r": "{{template `r` (prepend .v $)}}",
}

var pieces = []any{
	"", "a", "x y", "[a](b)<c>", "@all me@x.org @@x", "line\nline\r\n", "# head", "-", "\"q\\", "\"", "é中文🎉", "\xff\xfe", "\u2028", "a=b&c?d+e%20", "2026-01-01T08:00:05Z", "2026-01-01T08:00:05+08:00",
	strings.Repeat("long 中@[", 3000), strings.Repeat("y", 700), nil, true, false, int64(7), 1.5, 3, map[string]any{}, map[string]any{"b": "<", "a": []any{nil}}, []any{}, []any{"x", int64(1), nil}, []any{strings.Repeat("z", 5000), "y", "w"},
	[]string{"x"}, map[string]string{"x": "y"}, template.HTMLEscapeString, uint8(3), fmt.Errorf("x"),
}

func anyOf[T any](random *rand.Rand, from ...T) T { return from[random.IntN(len(from))] }

func scene(seed uint64) map[string]any {
	random := rand.New(rand.NewPCG(seed, 1))
	values := make([]any, random.IntN(4))
	for index := range values {
		values[index] = anyOf(random, pieces...)
	}
	dict := map[string]any{"v": anyOf[any](random, values, values, values, anyOf(random, pieces...)), "f": anyOf[any](random, ", ", "", "2006-01-02 15:04:05", 1)}
	return map[string]any{
		"v": values, "d": dict, "zone": anyOf[any](random, "Europe/Rome", "Nowhere", "", nil), "B": anyOf[any](random, 9000, int64(9000), 20, 3, -5, "x"), "L": anyOf[any](random, 1000, 60, 1000, 60, 3, int64(5)),
		"E": map[string]any{}, "app": map[string]any{"a": anyOf(random, pieces...), "b": map[string]any{"c": anyOf(random, pieces...)}},
	}
}

// Each helper does the same as its text, or it fails and the text has the word.
func TestCodeDoesWhatTheTextDoes(t *testing.T) {
	defines, loops, _ := strings.Cut(helpers, "\n{{range splitList ")
	loops = strings.ReplaceAll("{{range splitList "+loops, "a.app.metadata", "a.app.a b.app.b c.b.c d.app.a.x.y e.none.x f.a.x")
	uses := map[string]string{"loops": strings.ReplaceAll(loops, "` ` `a`", "` ` `a L none`")}
	maps.Copy(uses, calls)
	for name, use := range uses {
		text := strings.ReplaceAll(defines, "\n", "") + use
		plain, short := parsed(t, text), parsed(t, text)
		if err := Take(short); err != nil {
			t.Fatal(err)
		}
		same, unusual := 0, 0
		for seed := range uint64(1_000) {
			want, got := scene(seed), scene(seed)
			wanted, wantedErr := run(plain, want)
			text, err := run(short, got)
			switch {
			case err != nil:
				unusual++
			case wantedErr != nil || text != wanted || !sameMarks(got, want):
				t.Fatalf("%s, seed %d: %q, and the text prints %q (%v)", name, seed, text, wanted, wantedErr)
			default:
				same++
			}
		}
		if same < 150 || unusual < 20 {
			t.Errorf("%s: %d compared, %d unusual", name, same, unusual)
		}
	}
}

// sameMarks compares without functions, which are never equal.
func sameMarks(a, b map[string]any) bool {
	return reflect.DeepEqual(strings.Split(fmt.Sprintf("%#v", a), "0x")[0], strings.Split(fmt.Sprintf("%#v", b), "0x")[0])
}

func TestOnlyTheTextsOfTheCompilerAreTaken(t *testing.T) {
	for text, want := range map[string]bool{
		helpers: true,
		strings.Replace(helpers, "`UTC`", "`Asia/Shanghai`", 1): true,
		strings.Replace(helpers, "10000", "10001", 1):           false,
		"":                       false,
		"{{define `m`}}x{{end}}": false,
	} {
		body := parsed(t, text)
		if err := Take(body); err != nil {
			t.Fatal(err)
		}
		for _, each := range body.Templates() {
			if is := strings.Contains(each.Root.String(), "shortcut_"); is != want {
				t.Errorf("%s: %s", each.Name(), each.Root)
			}
		}
	}
	changed := parsed(t, strings.Replace(helpers, "replace `(` `（`", "replace `(` `{`", 1))
	if err := Take(changed); err != nil || strings.Contains(changed.Lookup("m").Root.String(), "shortcut_") || !strings.Contains(changed.Lookup("t").Root.String(), "shortcut_") {
		t.Errorf("%v", err)
	}
	// A template has no word for the code itself.
	if _, err := template.New("").Funcs(sprig.TxtFuncMap()).Parse("{{shortcut_s .}}"); err == nil {
		t.Error("a template can call a shortcut by its name")
	}
}
