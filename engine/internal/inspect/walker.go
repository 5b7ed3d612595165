package inspect

import (
	"reflect"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// walker collects facts. The tree it walks may share parts (`a < b < c` has b twice): each is looked at once.
type walker struct {
	facts      Facts
	identities tally[Use]
	operators  tally[Use]
	builtins   tally[Use]
	paths      tally[Path]
	reads      tally[Path]
	matched    tally[Path]
	calls      tally[Call]
	variables  set[string]
	pointers   set[string]
	strings    set[string]
	patterns   set[string]
	integers   set[int]
	floats     set[float64]
	sizes      map[ast.Node]size
	// sourceSteps counts how far the search for sources has gone.
	sourceSteps int
}

// size is what a part of the tree amounts to.
type size struct {
	depth      int
	writtenOut float64
}

// place is where in the expression a node stands.
type place struct {
	// predicates counts the closures around it.
	predicates int
	// loop is the closest of them.
	loop *loop
	// over is what a closure that begins here runs over.
	over ast.Node
	// inPath: the node is the beginning of a path that was noted already.
	inPath bool
	// name: the node is the constant name of a member.
	name bool
}

// inner is the same place for a part that stands on its own.
func (p place) inner() place { return place{predicates: p.predicates, loop: p.loop} }

// beginning is the place of a path's beginning.
func (p place) beginning() place { return place{predicates: p.predicates, loop: p.loop, inPath: true} }

// nameOfMember is the place of what picks a member.
func (p place) nameOfMember(constant bool) place {
	return place{predicates: p.predicates, loop: p.loop, name: constant}
}

func newWalker() *walker {
	return &walker{facts: Facts{Kinds: map[string]int{}, Predicates: []Predicate{}}, sizes: map[ast.Node]size{}}
}

// visit notes a node and all below it.
func (w *walker) visit(node ast.Node, at place) size {
	if known, ok := w.sizes[node]; ok {
		return known
	}
	w.facts.Nodes++
	w.facts.Kinds[kindOfNode(node)]++
	w.note(node, at)
	result := size{writtenOut: 1}
	w.children(node, at, func(child ast.Node, there place) {
		below := w.visit(child, there)
		result.depth = max(result.depth, below.depth)
		result.writtenOut += below.writtenOut
	})
	result.depth++
	w.sizes[node] = result
	return result
}

// kindOfNode is the name of the node's type without its end: `Binary` for *ast.BinaryNode.
func kindOfNode(node ast.Node) string {
	return strings.TrimSuffix(reflect.TypeOf(node).Elem().Name(), "Node")
}
