import type { Binding, DataRoot, Loop } from '../nodes.ts';
import type { DefineName, Escape } from './defines.ts';
import { PathTable, PathTrie } from './paths.ts';

/** What a template is compiled for: the values that are known by then. */
export interface BodyScope {
  /** `spec.params`, with the event's own values in place. */
  readonly params: Readonly<Record<string, string>>;
  readonly event: { readonly name: string; readonly trigger: string };
  /** Where Argo CD's user interface is, without a slash at the end; absent: nobody knows, and `appUrl` is empty. */
  readonly argocdUrl?: string | undefined;
  /** IANA name of the zone that times are told in. */
  readonly timeZone: string;
}

/** How a loop's own variables are called, and which of them the body uses. */
export interface LoopVariables {
  readonly index: string;
  readonly last: string;
  readonly key: string;
  usesIndex: boolean;
  usesLast: boolean;
  usesKey: boolean;
}

/** What a name stands for: a path into the data, or a value of its own. */
export type Bound =
  | { readonly root: DataRoot; readonly segments: readonly string[] }
  | { readonly trie: PathTrie };

/** What the emission of one body shares. */
export class GoContext {
  readonly scope: BodyScope;
  readonly used = new Set<DefineName>();
  readonly table = new PathTable();
  readonly bindings = new Map<Binding, Bound>();
  readonly loops = new Map<Loop, LoopVariables>();
  /** How values are treated where the emission is now. */
  escape: Escape = 'plain';
  /** Whether a loop is counted. */
  countsPieces = false;
  /** Loops around the place where the emission is now. */
  loopDepth = 0;
  /** Whether `$K` is used: the kinds of values that count as something even if they are empty or 0. */
  usesKinds = false;
  #context: PathTrie | undefined;
  #variables = 0;
  #before: string[] = [];

  constructor(scope: BodyScope) {
    this.scope = scope;
  }

  /** A variable's name. Capital letters are the compiler's own: $E, $R, $C, $B, $K. */
  readonly fresh = (): string => {
    const name = this.#variables.toString(36);
    this.#variables += 1;
    return `$${/^\d/.test(name) ? `v${name}` : name}`;
  };

  /** Argo CD's `context`, a map of texts. */
  get context(): PathTrie {
    this.#context ??= new PathTrie('$C', this.fresh);
    return this.#context;
  }

  /** Puts an action in front of the statement that is being emitted. */
  before(action: string): void {
    this.#before.push(action);
  }

  /** Emits one statement with the actions that go in front of it. */
  statement(emit: () => string): string {
    const outer = this.#before;
    this.#before = [];
    const text = emit();
    const all = this.#before.join('') + text;
    this.#before = outer;
    return all;
  }

  /** What comes first in the body. */
  declarations(): string {
    const paths = [
      this.table.declarations(),
      this.#context ? `{{$C:=fromJson (toRawJson .context)}}${this.#context.declarations()}` : '',
    ].join('');
    const kinds = this.usesKinds ? '{{$K:=list `map` `int64` `float64` `int`}}' : '';
    return `{{$E:=dict}}${kinds}${paths}`;
  }
}
