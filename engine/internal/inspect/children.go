package inspect

import (
	"fmt"

	"github.com/expr-lang/expr/ast"
)

// children calls see for each part of a node. A kind of node that it does not know is a panic, so that a newer
// language cannot hide anything.
func (w *walker) children(node ast.Node, at place, see func(ast.Node, place)) {
	inner := at.inner()
	each := func(nodes ...ast.Node) {
		for _, child := range nodes {
			if child != nil {
				see(child, inner)
			}
		}
	}
	switch node := node.(type) {
	case *ast.NilNode, *ast.IdentifierNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode,
		*ast.BytesNode, *ast.PointerNode:
	case *ast.UnaryNode:
		each(node.Node)
	case *ast.BinaryNode:
		each(node.Left, node.Right)
	case *ast.ChainNode:
		see(node.Node, at)
	case *ast.MemberNode:
		see(node.Node, at.beginning())
		_, constant := segmentOf(node.Property)
		see(node.Property, at.nameOfMember(constant))
	case *ast.SliceNode:
		each(node.Node, node.From, node.To)
	case *ast.CallNode:
		see(node.Callee, at.beginning())
		each(node.Arguments...)
	case *ast.BuiltinNode:
		if len(node.Arguments) > 0 {
			inner.over = node.Arguments[0]
		}
		each(node.Arguments...)
	case *ast.PredicateNode:
		see(node.Node, place{predicates: at.predicates + 1, loop: &loop{over: at.over, outer: at.loop}})
	case *ast.VariableDeclaratorNode:
		each(node.Value, node.Expr)
	case *ast.SequenceNode:
		each(node.Nodes...)
	case *ast.ConditionalNode:
		each(node.Cond, node.Exp1, node.Exp2)
	case *ast.ArrayNode:
		each(node.Nodes...)
	case *ast.MapNode:
		each(node.Pairs...)
	case *ast.PairNode:
		each(node.Key, node.Value)
	default:
		panic(fmt.Sprintf("a kind of node that is not known here: %T", node))
	}
}
