package inspect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser/utils"
)

// anyExpression is the root of a path that begins with neither a name nor a pointer.
const anyExpression = "()"

// pathOf reads a path from its end.
func pathOf(node ast.Node) Path {
	segments := []any{}
	dynamic := 0
	for {
		switch part := node.(type) {
		case *ast.ChainNode:
			node = part.Node
			continue
		case *ast.MemberNode:
			segment, constant := segmentOf(part.Property)
			if !constant {
				dynamic++
			}
			segments = append(segments, segment)
			node = part.Node
			continue
		}
		break
	}
	slices.Reverse(segments)
	root := rootOf(node)
	return Path{Path: textOf(root, segments), Root: root, Segments: segments, Dynamic: dynamic}
}

func rootOf(node ast.Node) string {
	switch node := node.(type) {
	case *ast.IdentifierNode:
		return node.Value
	case *ast.PointerNode:
		return "#" + node.Name
	default:
		return anyExpression
	}
}

// segmentOf is a name, a whole number, or nil and false for a step that only the evaluation knows.
func segmentOf(property ast.Node) (any, bool) {
	switch property := property.(type) {
	case *ast.StringNode:
		return property.Value, true
	case *ast.IntegerNode:
		return property.Value, true
	case *ast.UnaryNode:
		if number, ok := property.Node.(*ast.IntegerNode); ok && property.Operator == "-" {
			return -number.Value, true
		}
	}
	return nil, false
}

func textOf(root string, segments []any) string {
	var text strings.Builder
	text.WriteString(root)
	for _, segment := range segments {
		switch segment := segment.(type) {
		case string:
			if utils.IsValidIdentifier(segment) {
				text.WriteString("." + segment)
			} else {
				text.WriteString("[" + strconv.Quote(segment) + "]")
			}
		case int:
			text.WriteString("[" + strconv.Itoa(segment) + "]")
		default:
			text.WriteString("[?]")
		}
	}
	return text.String()
}

// nameOf is the path that a node is, or its kind in parentheses.
func nameOf(node ast.Node) string {
	if path := pathOf(node); path.Root != anyExpression {
		return path.Path
	}
	if chain, ok := node.(*ast.ChainNode); ok {
		node = chain.Node
	}
	if operation, ok := node.(*ast.BinaryNode); ok && operation.Operator == ".." {
		return "(Range)"
	}
	return "(" + kindOfNode(node) + ")"
}
