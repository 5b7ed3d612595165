/**
 * A template that was read and accepted. Names are resolved: each refers to a field of a root, the value of an
 * enclosing block, or a literal. Every value of these types can be compiled, and renders for any data.
 */

/** A piece of a template, in order. */
export type Node = TextNode | PrintNode | IfNode | EachNode | WithNode;

/** Fixed text. */
export interface TextNode {
  readonly kind: 'text';
  readonly text: string;
}

/** A value that is printed. */
export interface PrintNode {
  readonly kind: 'print';
  readonly value: Value;
}

/** `#if` and, with the branches swapped, `#unless`. */
export interface IfNode {
  readonly kind: 'if';
  readonly test: Value;
  /** Whether the number 0 counts as something. */
  readonly includeZero: boolean;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

/** `#each`, over a list or a map. */
export interface EachNode {
  readonly kind: 'each';
  readonly list: Value;
  readonly loop: Loop;
  readonly item: Binding;
  readonly key?: Binding;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

/** `#with`: gives a value a name. */
export interface WithNode {
  readonly kind: 'with';
  readonly value: Value;
  readonly binding: Binding;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

/** A name that a block gives to a value. Its identity distinguishes it, since inner blocks may use the same name. */
export interface Binding {
  readonly name: string;
}

/** One `#each`; its identity distinguishes it. */
export interface Loop {
  /** How many loops are around it. */
  readonly depth: number;
}

/**
 * The data that templates read: an Application, the values of Argo CD's `context`, the commit, and the roots of an event of Gitee.
 */
export type DataRoot = 'app' | 'context' | 'commit' | 'gitee';

/** Something that has a value. */
export type Value =
  | { readonly kind: 'data'; readonly root: DataRoot; readonly segments: readonly string[] }
  | { readonly kind: 'bound'; readonly binding: Binding; readonly segments: readonly string[] }
  | { readonly kind: 'loop'; readonly loop: Loop; readonly what: LoopVariable }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'event'; readonly field: EventField }
  | { readonly kind: 'appUrl' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | Call;

/** A helper with its arguments; their number and kinds are checked. */
export interface Call {
  readonly kind: 'call';
  readonly helper: string;
  readonly args: readonly Value[];
}

export type LoopVariable = 'index' | 'key' | 'first' | 'last';

/** The fields of the event that a template may show. */
export const EVENT_FIELDS = ['name', 'trigger'] as const;
export type EventField = (typeof EVENT_FIELDS)[number];

/** One text with Handlebars in it, read and accepted. */
export interface Template {
  readonly nodes: readonly Node[];
}
