/** What engine/ tells of an expression, see engine/README.md; the facts that the allow-list looks at. */
export interface ExpressionFacts {
  /** `boolean`, `string`, …, or `unknown`, which everything about an Application is. */
  readonly result: string;
  readonly nodesWrittenOut: number;
  readonly depth: number;
  /** Nodes by kind. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly identifiers: readonly Use[];
  readonly paths: readonly Path[];
  readonly calls: readonly Call[];
  readonly builtins: readonly Use[];
  readonly operators: readonly Use[];
  readonly predicates: readonly { readonly builtin: string; readonly depth: number }[];
  readonly pointers: readonly string[];
  readonly environment: boolean;
  readonly maxStringLength: number;
  readonly dynamicPatterns: number;
}

/** A name, how often it is used, and inside of how many closures at most. */
export interface Use {
  readonly name: string;
  readonly count: number;
  readonly predicateDepth: number;
}

/** A value that is read: a root, and the way from there; null for a step that is computed. */
export interface Path {
  readonly path: string;
  readonly root: string;
  readonly segments: readonly (string | number | null)[];
  readonly dynamic: number;
}

/** A call of something that is no builtin of the language. */
export interface Call {
  readonly callee: string;
  readonly root: string;
  readonly segments: readonly (string | number | null)[];
  readonly count: number;
  readonly predicateDepth: number;
}
