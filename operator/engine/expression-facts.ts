/**
 * The parts of an expression, for a policy that allows or refuses expressions. Lists are sorted.
 * engine/README.md lists the facts for a policy; engine/internal/inspect/facts.go is their source.
 */
export interface ExpressionFacts {
  /** As far as the compiler knows; every value of an Application is `unknown`. */
  readonly result: 'boolean' | 'string' | 'number' | 'list' | 'map' | 'time' | 'nil' | 'other' | 'unknown';
  /** Nodes of the syntax tree. */
  readonly nodes: number;
  /** The same, with nodes that the compiler visits twice counted twice, and so on. */
  readonly nodesWrittenOut: number;
  /** Nodes from the root to the farthest leaf. */
  readonly depth: number;
  /** How many nodes there are of each kind: `Binary`, `Conditional`, `VariableDeclarator`. */
  readonly kinds: Readonly<Record<string, number>>;
  /** All names that are looked up: roots of paths, functions, variables. */
  readonly identifiers: readonly NameUse[];
  /** The names that `let` declares. Each hides the root of the same name. */
  readonly variables: readonly string[];
  /** All values that are read, each with its full path. */
  readonly paths: readonly PathUse[];
  /** The same by their origin: `app.status.conditions[?].type` for `#.type`. Unknown origins begin with `()`. */
  readonly reads: readonly PathUse[];
  /** The origins of the values that `matches` reads; constants have none. */
  readonly matched: readonly PathUse[];
  /** Calls of functions and of methods of values. */
  readonly calls: readonly CallUse[];
  /** Calls of the language's own functions. */
  readonly builtins: readonly NameUse[];
  readonly operators: readonly NameUse[];
  /** The closures that loops run for each element. */
  readonly predicates: readonly PredicateUse[];
  /** The names in closures for their element, its index, and the accumulated value: `#`, `#index`, `#acc`. */
  readonly pointers: readonly string[];
  /** Whether everything is read at once, under any name: `$env`. */
  readonly environment: boolean;
  /** In bytes, names of members included. */
  readonly maxStringLength: number;
  readonly strings: readonly string[];
  readonly integers: readonly number[];
  readonly floats: readonly number[];
  /** Constant regular expressions of `matches`. */
  readonly patterns: readonly string[];
  /** How many regular expressions are not constant. */
  readonly dynamicPatterns: number;
}

/** How often a name is used, and inside of how many closures at most. */
interface Use {
  readonly count: number;
  readonly predicateDepth: number;
}

export interface NameUse extends Use {
  readonly name: string;
}

/** Names, whole numbers, and null for steps that only the evaluation knows. */
export type Segment = string | number | null;

export interface PathUse extends Use {
  /** As text, with `[?]` for computed steps. */
  readonly path: string;
  /** An identifier, a pointer, or `()` for the result of any other expression. */
  readonly root: string;
  readonly segments: readonly Segment[];
  /** How many segments are null. */
  readonly dynamic: number;
}

export interface CallUse extends Use {
  /** As a path's text. */
  readonly callee: string;
  readonly root: string;
  readonly segments: readonly Segment[];
  /** The greatest number of them. */
  readonly arguments: number;
}

export interface PredicateUse {
  /** The function that runs it. */
  readonly builtin: string;
  /** The path of the value that the loop runs over, or the kind of its node in parentheses. */
  readonly over: string;
  /** 1 outside of other closures. */
  readonly depth: number;
}
