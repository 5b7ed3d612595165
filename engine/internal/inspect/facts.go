// Package inspect takes an expression of the engine's expression language apart. It judges nothing: a policy reads
// the facts and decides.
package inspect

// Facts is what an expression consists of. Lists are sorted and never null.
type Facts struct {
	// Result is the kind of the result as far as the compiler knows it: boolean, string, number, list, map, time,
	// nil, other, or unknown, which everything about an Application is.
	Result string `json:"result"`
	// Nodes counts the nodes of the syntax tree, Depth those from its root to its farthest leaf. The compiler meets
	// some parts more than once (`a ?: b` is `a ? a : b`); NodesWrittenOut counts them as often as it does.
	Nodes           int `json:"nodes"`
	NodesWrittenOut int `json:"nodesWrittenOut"`
	Depth           int `json:"depth"`
	// Kinds counts the nodes by kind: Binary, Conditional, VariableDeclarator and so on.
	Kinds map[string]int `json:"kinds"`
	// Identifiers are all names that are looked up: roots of paths, functions, variables of `let`.
	Identifiers []Use `json:"identifiers"`
	// Variables are the names that `let` declares. One hides the root of the same name.
	Variables []string `json:"variables"`
	// Paths are all values that are read, each as far as it goes; those of called functions are in Calls.
	Paths []Path `json:"paths"`
	// Reads are the same values by where they come from: `#.type` in a loop over app.status.conditions is
	// app.status.conditions[?].type. What cannot be told begins with `()`.
	Reads []Path `json:"reads"`
	// Matched are the sources of what `matches` looks at. Constants have none.
	Matched []Path `json:"matched"`
	// Calls are calls of functions and methods of values, Builtins of the language's own functions.
	Calls    []Call `json:"calls"`
	Builtins []Use  `json:"builtins"`
	// Operators are unary and binary ones by their text, `-` being either.
	Operators []Use `json:"operators"`
	// Predicates are the closures that loops run for each element.
	Predicates []Predicate `json:"predicates"`
	// Pointers are the names that closures read their element, index or accumulator by: `#`, `#index`, `#acc`.
	Pointers []string `json:"pointers"`
	// Environment tells whether `$env` is read: everything at once, under any name.
	Environment bool `json:"environment"`
	// MaxStringLength is that of the longest constant in bytes, names of members included.
	MaxStringLength int       `json:"maxStringLength"`
	Strings         []string  `json:"strings"`
	Integers        []int     `json:"integers"`
	Floats          []float64 `json:"floats"`
	// Patterns are the constant regular expressions of `matches`; DynamicPatterns counts the others.
	Patterns        []string `json:"patterns"`
	DynamicPatterns int      `json:"dynamicPatterns"`
}

// Use is a name, how often it is used, and inside of how many closures at most.
type Use struct {
	Name           string `json:"name"`
	Count          int    `json:"count"`
	PredicateDepth int    `json:"predicateDepth"`
}

// Path is a value that is read: a root and the way from there.
type Path struct {
	// Path is the way as text, `app.status.conditions[0].type`; a computed step is `[?]`.
	Path string `json:"path"`
	// Root is an identifier, a pointer (`#`), or `()` for the result of any other expression.
	Root string `json:"root"`
	// Segments are names, whole numbers, and null for what is only known when the expression runs.
	Segments []any `json:"segments"`
	// Dynamic counts the segments that are null.
	Dynamic        int `json:"dynamic"`
	Count          int `json:"count"`
	PredicateDepth int `json:"predicateDepth"`
}

// Call is a call of something that is not part of the language. Its callee is a path.
type Call struct {
	Callee   string `json:"callee"`
	Root     string `json:"root"`
	Segments []any  `json:"segments"`
	// Arguments is the greatest number of them.
	Arguments      int `json:"arguments"`
	Count          int `json:"count"`
	PredicateDepth int `json:"predicateDepth"`
}

// Predicate is one closure.
type Predicate struct {
	// Builtin is the function that runs it.
	Builtin string `json:"builtin"`
	// Over is the path of what is looped over, or the kind of its node in parentheses, `(Range)` for `1..9`.
	Over string `json:"over"`
	// Depth is 1 for a closure that is in no other.
	Depth int `json:"depth"`
}
