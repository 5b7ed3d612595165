package inspect

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// maxSourceSteps bounds the search for sources in one expression, and what it keeps: elements of elements of elements can
// be asked for in few characters. What is not found within is unknown.
const maxSourceSteps = 100_000

// loop is the closest closure around a node: what it runs over, and the loop around that.
type loop struct {
	over  ast.Node
	outer *loop
}

var (
	// textPassing are functions of the language that give their first argument shorter or with other letters.
	textPassing = map[string]bool{"lower": true, "upper": true, "trim": true, "trimPrefix": true, "trimSuffix": true}
	// elementPassing are those that give one of its elements.
	elementPassing = map[string]bool{"find": true, "findLast": true, "first": true, "last": true}
	// callPassing are functions that Argo CD adds.
	callPassing = map[string]bool{"strings.ToLower": true, "strings.ToUpper": true}
)

// unknown is where a value comes from that no path leads to.
func unknown() []Path {
	return []Path{{Path: anyExpression, Root: anyExpression, Segments: []any{}}}
}

// sources finds where a value comes from: paths that begin with a name. Constants have none. What is neither is a path
// from `()`, and so is everything once the search has taken too long.
func (w *walker) sources(node ast.Node, around *loop) []Path {
	if w.sourceSteps++; w.sourceSteps > maxSourceSteps {
		return unknown()
	}
	switch node := node.(type) {
	case *ast.NilNode, *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.BytesNode:
		return nil
	case *ast.IdentifierNode:
		return []Path{pathOf(node)}
	case *ast.PointerNode:
		if node.Name == "" && around != nil {
			return w.elements(around.over, around.outer)
		}
	case *ast.ChainNode:
		return w.sources(node.Node, around)
	case *ast.MemberNode:
		segment, _ := segmentOf(node.Property)
		return w.below(w.sources(node.Node, around), segment)
	case *ast.BinaryNode:
		if node.Operator == "??" || node.Operator == "+" {
			return append(w.sources(node.Left, around), w.sources(node.Right, around)...)
		}
	case *ast.ConditionalNode:
		return append(w.sources(node.Exp1, around), w.sources(node.Exp2, around)...)
	case *ast.BuiltinNode:
		switch {
		case len(node.Arguments) == 0:
		case textPassing[node.Name]:
			return w.sources(node.Arguments[0], around)
		case elementPassing[node.Name]:
			return w.elements(node.Arguments[0], around)
		}
	case *ast.CallNode:
		if callPassing[pathOf(node.Callee).Path] && len(node.Arguments) == 1 {
			return w.sources(node.Arguments[0], around)
		}
	}
	return unknown()
}

// elements finds where the elements of a list come from.
func (w *walker) elements(node ast.Node, around *loop) []Path {
	if w.sourceSteps++; w.sourceSteps > maxSourceSteps {
		return unknown()
	}
	switch node := node.(type) {
	case *ast.ChainNode:
		return w.elements(node.Node, around)
	case *ast.ArrayNode:
		var found []Path
		for _, each := range node.Nodes {
			found = append(found, w.sources(each, around)...)
		}
		return found
	case *ast.BinaryNode:
		if node.Operator == "??" {
			return append(w.elements(node.Left, around), w.elements(node.Right, around)...)
		}
	case *ast.ConditionalNode:
		return append(w.elements(node.Exp1, around), w.elements(node.Exp2, around)...)
	case *ast.BuiltinNode:
		if node.Name == "filter" {
			return w.elements(node.Arguments[0], around)
		}
	}
	return w.below(w.sources(node, around), nil)
}

// below are the paths with one more step; nil is one that only the evaluation knows.
func (w *walker) below(paths []Path, step any) []Path {
	for index, path := range paths {
		if w.sourceSteps += len(path.Segments); w.sourceSteps > maxSourceSteps {
			return unknown()
		}
		paths[index].Segments = append(slices.Clip(path.Segments), step)
		if step == nil {
			paths[index].Dynamic++
		}
	}
	return paths
}

// countSources adds the sources of one value that is read.
func (w *walker) countSources(all *tally[Path], node ast.Node, at place) {
	for _, found := range w.sources(node, at.loop) {
		found.Path = textOf(found.Root, found.Segments)
		noted := all.of(found.Path)
		found.Count, found.PredicateDepth = noted.Count+1, max(noted.PredicateDepth, at.predicates)
		*noted = found
	}
}
