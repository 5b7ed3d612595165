// Package shortcut has the helpers of the operator's compiler as Go code. A message of the operator makes hundreds of calls by
// reflection, nearly all of them in helpers whose texts are the same in each template. A helper with another text stays what it is.
package shortcut

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"text/template"
	"text/template/parse"

	"github.com/Masterminds/sprig/v3"
)

// helpers are the texts as the operator's compiler writes them: the defines, and the two loops that fill the table of paths. A test
// of the compiler demands that they are the same.
//
//go:embed helpers.gotmpl
var helpers string

// holes are the parts of the texts in which templates differ, each as the file has it and as a pattern.
var holes = strings.NewReplacer(
	"default `UTC` ", "default "+anyText+" ",
	"splitList ` ` `a\\.app\\.metadata`", "splitList "+anyText+" "+anyText,
	"splitList `\\.` ", "splitList "+anyText+" ",
	"splitList ` ` `a`", "splitList "+anyText+" "+anyText,
)

const anyText = "(`[^`]*`)"

// helper is a text, and the call in its place. The call has the texts of the holes for its verbs.
type helper struct {
	text *regexp.Regexp
	call string
}

// callIn gives the call that does what the node does.
func (h helper) callIn(node parse.Node) (string, bool) {
	found := h.text.FindStringSubmatch(node.String())
	if found == nil {
		return "", false
	}
	values := make([]any, len(found)-1)
	for index, text := range found[1:] {
		values[index] = text
	}
	return fmt.Sprintf(h.call, values...), true
}

// known are the helpers that are defines, by name, and the loops. The first template that is compiled needs them.
var known = sync.OnceValues(func() (map[string]helper, []helper) {
	of := func(node parse.Node, call string) helper {
		return helper{regexp.MustCompile("^" + holes.Replace(regexp.QuoteMeta(node.String())) + "$"), call}
	}
	parsed := template.Must(template.New("").Funcs(sprig.TxtFuncMap()).Parse(helpers))
	defines := map[string]helper{}
	for _, each := range parsed.Templates() {
		if name := each.Name(); name != "" {
			defines[name] = of(each.Root, "{{shortcut_"+name+" .}}")
		}
	}
	defines["d"] = helper{defines["d"].text, "{{shortcut_d %s .}}"}
	var loops []helper
	for _, node := range parsed.Root.Nodes {
		if node.Type() == parse.NodeRange {
			loops = append(loops, of(node, loopCalls[len(loops)]))
		}
	}
	return defines, loops
})

var loopCalls = []string{"{{shortcut_paths $ %s %s %s}}", "{{shortcut_texts $ %s %s}}"}

// Take puts calls of Go code in the place of the helpers in a template that was parsed, with the functions of sprig, and never
// executed. What the code does is what the text would have done, apart from errors: whoever gets one has the text executed instead.
func Take(body *template.Template) error {
	defines, loops := known()
	text := body.Lookup("s")
	if text == nil || body.Tree == nil || !defines["s"].text.MatchString(text.Root.String()) {
		return nil // All other helpers but one call this one.
	}
	body.Funcs(functions)
	for _, each := range body.Templates() {
		helper, ok := defines[each.Name()]
		if !ok {
			continue
		}
		if call, ok := helper.callIn(each.Root); ok {
			if _, err := each.Parse(call); err != nil {
				return err
			}
		}
	}
	for index, node := range body.Root.Nodes {
		if node.Type() != parse.NodeRange {
			continue
		}
		for _, helper := range loops {
			if call, ok := helper.callIn(node); ok {
				action, err := template.New("").Funcs(functions).Parse(call)
				if err != nil {
					return err
				}
				body.Root.Nodes[index] = action.Root.Nodes[0]
			}
		}
	}
	return nil
}
