import { COMMIT_PARTS } from '../../argocd/commit-field.ts';
import { GITEE_FIELDS, type GiteeFields, type GiteeRoot } from '../../gitee/fields.ts';
import { own } from '../../lib/own.ts';
import { FIELD_NAMES } from './arbitraries.ts';
import type { Choices } from './random-choice.ts';

/** The data that random paths are drawn from, so most paths lead to a value. */
export interface Roots {
  readonly app: unknown;
  readonly context: unknown;
  readonly params: unknown;
  /** The roots of an event of Gitee, for templates about such events. */
  readonly gitee?: Readonly<Record<string, unknown>>;
}

/** A name that a block gives, and its possible values. */
interface Item {
  readonly name: string;
  readonly value: unknown;
}

/** The values with a name at one place. */
export interface Scope {
  readonly items: readonly Item[];
  readonly loops: number;
}

/** A path with its value, as far as it is known. */
interface Path {
  readonly source: string;
  readonly value: unknown;
  readonly isData: boolean;
}

/** Writes paths and calls. */
export class Expressions {
  readonly #choices: Choices;
  readonly #roots: Roots;

  constructor(choices: Choices, roots: Roots) {
    this.#choices = choices;
    this.#roots = roots;
  }

  path(scope: Scope): Path {
    if (scope.loops > 0 && this.#choices.chance(15))
      return fixed(`@${this.#choices.pick('index', 'key', 'first', 'last')}`);
    const { gitee } = this.#roots;
    if (!gitee && this.#choices.chance(6)) {
      const part = this.#choices.pick(...COMMIT_PARTS);
      return { source: `commit.${part}`, value: undefined, isData: true };
    }
    if (this.#choices.chance(6)) {
      const shared = ['event.name', 'event.trigger', 'params.owner'];
      return fixed(this.#choices.pick(...(gitee ? shared : ['appUrl', ...shared])));
    }
    if (scope.items.length > 0 && this.#choices.chance(60)) {
      const item = this.#choices.pick(...scope.items);
      return this.#walk([item.name], item.value, 4);
    }
    if (gitee) return this.#giteePath(gitee);
    const root = this.#choices.pick('app', 'app', 'app', 'context') as keyof Roots;
    const found = this.#walk([root], this.#roots[root], 6);
    return found.source === root
      ? this.#walk([root, segment(this.#choices.pick(...FIELD_NAMES))], undefined, 2)
      : found;
  }

  /** A path of documented fields: others are refused. */
  #giteePath(roots: Readonly<Record<string, unknown>>): Path {
    const root = this.#choices.pick(...(Object.keys(GITEE_FIELDS) as GiteeRoot[]));
    const steps: string[] = [root];
    let fields: GiteeFields | undefined = GITEE_FIELDS[root];
    let value = roots[root];
    while (fields && (steps.length === 1 || this.#choices.chance(70))) {
      const name: string = this.#choices.pick(...Object.keys(fields));
      const field: GiteeFields[string] | undefined = fields[name];
      steps.push(name);
      value = own(Object(value) as Readonly<Record<string, unknown>>, name);
      fields = field?.isList ? undefined : field?.fields;
    }
    return { source: steps.join('.'), value, isData: true };
  }

  #walk(start: readonly string[], from: unknown, max: number): Path {
    const steps = [...start];
    let value = from;
    for (let count = 0; count < max; count++) {
      const names =
        value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : [];
      if (this.#choices.chance(8)) {
        steps.push(segment(this.#choices.pick(...FIELD_NAMES, 'nope')));
        value = undefined;
      } else if (names.length > 0) {
        const name = this.#choices.pick(...names);
        steps.push(segment(name));
        value = (value as Record<string, unknown>)[name];
      } else break;
      if (this.#choices.chance(12)) break;
    }
    return { source: steps.join('.'), value, isData: true };
  }

  argument(scope: Scope, depth: number): string {
    if (depth > 0 && this.#choices.chance(20)) return `(${this.call(scope, depth - 1)})`;
    if (this.#choices.chance(12))
      return this.#choices.pick('"lit"', '5', 'true', 'false', '0', '""', "'Synced'");
    return this.path(scope).source;
  }

  call(scope: Scope, depth: number): string {
    const any = () => this.argument(scope, depth);
    const data = () => {
      const path = this.path(scope);
      if (path.isData) return path.source;
      return this.#roots.gitee ? 'push.commits' : 'app.items';
    };
    const name = this.#choices.pick(
      'default',
      'upper',
      'lower',
      'short',
      'truncate',
      'replace',
      'urlencode',
      'concat',
      'join',
      'at',
      'at',
      'count',
      'date',
      'eq',
      'ne',
      'contains',
      'not',
      'and',
      'or',
    );
    switch (name) {
      case 'default':
      case 'eq':
      case 'ne':
      case 'contains':
        return `${name} ${any()} ${any()}`;
      case 'truncate':
        return `${name} ${any()} ${this.#choices.pick(1, 3, 10, 1_003)}`;
      case 'replace':
        return `${name} ${any()} ${this.#choices.literal() || '"a"'} ${this.#choices.literal()}`;
      case 'join':
        return `${name} ${data()} ${this.#choices.literal()}`;
      case 'at':
        return `${name} ${data()} ${this.#choices.pick(0, 1, 2, 7)}`;
      case 'count':
        return `${name} ${data()}`;
      case 'date':
        return `${name} ${any()} "YYYY-MM-DD HH:mm:ss"${this.#choices.chance(60) ? ` "${this.#choices.pick('Asia/Shanghai', 'UTC', 'America/New_York')}"` : ''}`;
      case 'and':
      case 'or':
      case 'concat':
        return `${name} ${any()}${this.#choices.chance(70) ? ` ${any()}` : ''}`;
      default:
        return `${name} ${any()}`;
    }
  }
}

const fixed = (source: string) => ({ source, value: undefined, isData: false });

/** A field's name as a step of a path; a name that cannot be written leads nowhere. */
function segment(name: string): string {
  const isPlain =
    /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) &&
    !['this', 'else', 'true', 'false', 'null', 'undefined', 'as'].includes(name);
  if (isPlain) return name;
  return name.includes(']') || name === '' ? 'zz' : `[${name}]`;
}
