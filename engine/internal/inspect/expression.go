package inspect

import (
	"errors"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/parser"
)

// maxWrittenOut bounds what is given to the compiler. The language's own bound is 10 000 nodes, but it counts a part
// once that the compiler meets again and again: a nested `((a ?: b) ?: c) ?: d` doubles with each level.
const maxWrittenOut = 100_000

// errRepeats stands for a compilation that would not end in reasonable time, in Argo CD as little as here.
var errRepeats = errors.New("compilation failed: with its repeated parts written out, the expression has too many nodes")

// Expression returns the facts of an expression that the engine accepts, or the engine's own error.
func Expression(text string) (*Facts, error) {
	// As expr.Compile, which the engine calls without options.
	config := conf.CreateNew()
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		return nil, err
	}
	facts := newWalker().collect(tree.Node)
	if facts.NodesWrittenOut > maxWrittenOut {
		return nil, errRepeats
	}
	if _, err := expr.Compile(text); err != nil {
		return nil, err
	}
	if _, err := checker.Check(tree, config); err != nil {
		return nil, err
	}
	facts.Result = resultOf(tree.Node)
	return facts, nil
}

// resultOf is the kind of an expression's result, from what the type checker found out.
func resultOf(root ast.Node) string {
	nature := root.Nature()
	if nature.Nil {
		return "nil"
	}
	return kindOfType(nature.Type)
}
