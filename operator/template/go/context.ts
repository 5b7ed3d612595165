import type { Binding, DataRoot, Loop } from '../syntax/nodes.ts';
import type { DefineName, Escape } from './defines.ts';
import { shortName } from './names.ts';
import { PathTable } from './path-table.ts';
import type { PathTrie } from './paths.ts';

/** The scope that a template is compiled for: the values that are already known. */
export interface BodyScope {
  /** `spec.params`, with the event's own values in place. */
  readonly params: Readonly<Record<string, string>>;
  readonly event: { readonly name: string; readonly trigger: string };
  /**
   * The URL of Argo CD's user interface, without a slash at the end. Absent: it is unknown, and `appUrl` is empty.
   */
  readonly argocdUrl?: string | undefined;
  /** IANA name of the zone for times. */
  readonly timeZone: string;
}

/** The names of a loop's own variables, and which of them the body uses. */
export interface LoopVariables {
  readonly index: string;
  readonly last: string;
  readonly key: string;
  usesIndex: boolean;
  usesLast: boolean;
  usesKey: boolean;
}

/** The meaning of a name: a path into the data, or a separate value. */
export type Bound =
  | { readonly root: DataRoot; readonly segments: readonly string[] }
  | { readonly trie: PathTrie };

/**
 * The shared state of the emission of a body. All values that a body keeps while it renders are in the dict that it
 * is rendered with, `$`, beside the Application. So parts of the body can become defines, which see no variable from
 * outside.
 * Capital letters belong to the compiler: `$.E` is the empty map, and `$.B` the number of bytes that are left. `$.L`
 * is the greatest number of characters of a value, `$.W` the number of pieces that loops have left, and `$.K` has
 * kinds of values. Small letters are the values of paths, see PathTable.
 */
export class GoContext {
  readonly used = new Set<DefineName>();
  readonly table = new PathTable();
  readonly bindings = new Map<Binding, Bound>();
  readonly loops = new Map<Loop, LoopVariables>();
  /** Of the message that is being emitted. */
  scope: BodyScope;
  /** How values are treated at the present place. */
  escape: Escape = 'plain';
  /** Whether a loop is counted. */
  countsPieces = false;
  /** Loops around the present place. */
  loopDepth = 0;
  /** Whether `$.K` is used: the kinds of values that count as something even if they are empty or 0. */
  usesKinds = false;
  #variables = 0;
  #depth = 0;
  #before: string[] = [];

  constructor(scope: BodyScope) {
    this.scope = scope;
  }

  /** A variable's name. */
  readonly fresh = (): string => {
    const name = shortName(this.#variables);
    this.#variables += 1;
    return `$${name}`;
  };

  /** Puts an action in front of the statement that is being emitted. */
  before(action: string): void {
    this.#before.push(action);
  }

  /**
   * Emits one statement with the actions in front of it. Nothing outlives a top-level statement, so its names are
   * free again for the next one: then equal statements are equal texts.
   */
  statement(emit: () => string): string {
    if (this.#depth === 0) this.#variables = 0;
    this.#depth += 1;
    const outer = this.#before;
    this.#before = [];
    const text = emit();
    const all = this.#before.join('') + text;
    this.#before = outer;
    this.#depth -= 1;
    return all;
  }

  /** The beginning of the body. @param pieces how many pieces loops may come by */
  declarations(pieces: number): string {
    return [
      this.usesKinds ? '{{$_:=set $ `K` (list `map` `int64` `float64` `int`)}}' : '',
      this.countsPieces ? `{{$_:=set $ \`W\` ${pieces}}}` : '',
      this.table.declarations(),
    ].join('');
  }
}
