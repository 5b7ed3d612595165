import type { Binding, Loop } from '../nodes.ts';
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

/** What the emission of one body shares. */
export class GoContext {
  readonly scope: BodyScope;
  readonly used = new Set<DefineName>();
  readonly table = new PathTable();
  readonly bindings = new Map<Binding, PathTrie>();
  readonly loops = new Map<Loop, LoopVariables>();
  /** How values are treated where the emission is now. */
  escape: Escape = 'plain';
  /** Loops around the place where the emission is now. */
  loopDepth = 0;
  #context: PathTrie | undefined;
  /** Names of one letter come first: 10 is `a` in base 36. */
  #variables = 10;
  #before: string[] = [];

  constructor(scope: BodyScope) {
    this.scope = scope;
  }

  /** A variable's name. Capital letters are the compiler's own: $E, $N, $R, $C, $B. */
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
    return `{{$E:=dict}}{{$N:=list nil \`\`}}${paths}`;
  }
}
