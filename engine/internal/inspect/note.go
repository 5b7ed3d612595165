package inspect

import (
	"github.com/expr-lang/expr/ast"
)

// note collects what one node says by itself.
func (w *walker) note(node ast.Node, at place) {
	switch node := node.(type) {
	case *ast.IdentifierNode:
		w.use(&w.identities, node.Value, at)
		w.facts.Environment = w.facts.Environment || node.Value == "$env"
		w.path(node, at)
	case *ast.PointerNode:
		w.pointers.add("#" + node.Name)
		w.path(node, at)
	case *ast.MemberNode:
		w.path(node, at)
	case *ast.CallNode:
		w.call(node, at)
	case *ast.BuiltinNode:
		w.use(&w.builtins, node.Name, at)
		w.predicate(node, at)
	case *ast.UnaryNode:
		w.use(&w.operators, node.Operator, at)
	case *ast.BinaryNode:
		w.use(&w.operators, node.Operator, at)
		w.pattern(node, at)
	case *ast.VariableDeclaratorNode:
		w.variables.add(node.Name)
	case *ast.IntegerNode:
		w.integers.add(node.Value)
	case *ast.FloatNode:
		w.floats.add(node.Value)
	case *ast.StringNode:
		w.text(node.Value, at)
	case *ast.BytesNode:
		w.text(string(node.Value), at)
	}
}

func (w *walker) use(uses *tally[Use], name string, at place) {
	use := uses.of(name)
	use.Name = name
	use.Count++
	use.PredicateDepth = max(use.PredicateDepth, at.predicates)
}

// path notes the longest path that ends at a node.
func (w *walker) path(node ast.Node, at place) {
	if at.inPath {
		return
	}
	found := pathOf(node)
	noted := w.paths.of(found.Path)
	found.Count, found.PredicateDepth = noted.Count+1, max(noted.PredicateDepth, at.predicates)
	*noted = found
	w.countSources(&w.reads, node, at)
}

func (w *walker) call(node *ast.CallNode, at place) {
	callee := pathOf(node.Callee)
	call := w.calls.of(callee.Path)
	call.Callee, call.Root, call.Segments = callee.Path, callee.Root, callee.Segments
	call.Arguments = max(call.Arguments, len(node.Arguments))
	call.Count++
	call.PredicateDepth = max(call.PredicateDepth, at.predicates)
}

// predicate notes the closures among a function's arguments; what it loops over is the first.
func (w *walker) predicate(node *ast.BuiltinNode, at place) {
	for _, argument := range node.Arguments {
		if _, ok := argument.(*ast.PredicateNode); ok {
			noted := Predicate{Builtin: node.Name, Over: nameOf(node.Arguments[0]), Depth: at.predicates + 1}
			w.facts.Predicates = append(w.facts.Predicates, noted)
		}
	}
}

func (w *walker) pattern(node *ast.BinaryNode, at place) {
	if node.Operator != "matches" {
		return
	}
	w.countSources(&w.matched, node.Left, at)
	if constant, ok := node.Right.(*ast.StringNode); ok {
		w.patterns.add(constant.Value)
	} else {
		w.facts.DynamicPatterns++
	}
}

func (w *walker) text(value string, at place) {
	w.facts.MaxStringLength = max(w.facts.MaxStringLength, len(value))
	if !at.name {
		w.strings.add(value)
	}
}
