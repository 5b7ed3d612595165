package inspect

import (
	"cmp"
	"maps"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// tally keeps one entry for each name.
type tally[T any] map[string]*T

func (t *tally[T]) of(name string) *T {
	if *t == nil {
		*t = tally[T]{}
	}
	if (*t)[name] == nil {
		(*t)[name] = new(T)
	}
	return (*t)[name]
}

// sorted is the entries by their names.
func (t tally[T]) sorted() []T {
	result := make([]T, 0, len(t))
	for _, name := range slices.Sorted(maps.Keys(t)) {
		result = append(result, *t[name])
	}
	return result
}

// set keeps each value once.
type set[T cmp.Ordered] map[T]struct{}

func (s *set[T]) add(value T) {
	if *s == nil {
		*s = set[T]{}
	}
	(*s)[value] = struct{}{}
}

func (s set[T]) sorted() []T {
	return slices.AppendSeq(make([]T, 0, len(s)), slices.Values(slices.Sorted(maps.Keys(s))))
}

// collect walks the whole tree.
func (w *walker) collect(root ast.Node) *Facts {
	whole := w.visit(root, place{})
	facts := &w.facts
	facts.Depth = whole.depth
	facts.NodesWrittenOut = int(min(whole.writtenOut, 1e9))
	facts.Identifiers = w.identities.sorted()
	facts.Operators = w.operators.sorted()
	facts.Builtins = w.builtins.sorted()
	facts.Paths = w.paths.sorted()
	facts.Reads = w.reads.sorted()
	facts.Matched = w.matched.sorted()
	facts.Calls = w.calls.sorted()
	facts.Variables = w.variables.sorted()
	facts.Pointers = w.pointers.sorted()
	facts.Strings = w.strings.sorted()
	facts.Patterns = w.patterns.sorted()
	facts.Integers = w.integers.sorted()
	facts.Floats = w.floats.sorted()
	return facts
}
