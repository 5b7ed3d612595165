import fc from 'fast-check';
import { FIELD_NAMES, texts } from './arbitraries.ts';

/** The data that random paths are drawn from, so that most lead somewhere. */
export interface Roots {
  readonly app: unknown;
  readonly context: unknown;
  readonly params: unknown;
}

interface Item {
  readonly name: string;
  readonly value: unknown;
}

interface Scope {
  readonly items: readonly Item[];
  readonly loops: number;
}

/** A random template of the language, source text. */
export const templates = (roots: Roots): fc.Arbitrary<string> =>
  fc.gen().map((g) => new Writer(g, roots).template());

/** Writes one template, choice by choice. */
class Writer {
  readonly #g: fc.GeneratorValue;
  readonly #roots: Roots;
  #left = 12;
  #names = 0;

  constructor(g: fc.GeneratorValue, roots: Roots) {
    this.#g = g;
    this.#roots = roots;
  }

  template(): string {
    const scope = { items: [], loops: 0 };
    return Array.from({ length: this.#number(1, 5) }, () => this.#piece(scope)).join('');
  }

  #pick<T>(...choices: T[]): T {
    return this.#g(fc.constantFrom<T[]>, ...choices) as T;
  }

  #number(min: number, max: number): number {
    return this.#g(fc.integer, { min, max });
  }

  #chance(percent: number): boolean {
    return this.#number(0, 99) < percent;
  }

  #body(scope: Scope): string {
    let text = '';
    for (let count = this.#number(0, 4); count > 0 && this.#left > 0; count--) text += this.#piece(scope);
    return text;
  }

  #piece(scope: Scope): string {
    this.#left -= 1;
    const kind = this.#number(0, 99);
    if (kind < 25) return this.#text();
    if (kind < 50) return this.#open() + this.#path(scope).source + this.#close();
    if (kind < 53) return `${this.#open()}markdown ${this.#argument(scope, 2)}${this.#close()}`;
    if (kind < 65) return this.#open() + this.#call(scope, 2) + this.#close();
    if (kind < 68) return this.#pick('{{!-- c --}}', '{{! c }}', '{{!-- }} --}}');
    return kind < 80 || scope.items.length > 2 ? this.#condition(scope) : this.#naming(scope);
  }

  #condition(scope: Scope): string {
    const kind = this.#pick('if', 'if', 'unless');
    const zero = this.#chance(20) ? ' includeZero=true' : '';
    let text = `${this.#open()}#${kind} ${this.#argument(scope, 2)}${zero}${this.#close()}${this.#body(scope)}`;
    if (this.#chance(30))
      text += `${this.#open()}else if ${this.#argument(scope, 1)}${this.#close()}${this.#body(scope)}`;
    if (this.#chance(40)) text += `${this.#open()}else${this.#close()}${this.#body(scope)}`;
    return `${text}${this.#open()}/${kind}${this.#close()}`;
  }

  #naming(scope: Scope): string {
    const kind = scope.loops < 2 && this.#chance(70) ? 'each' : 'with';
    const { source, value, isData } = this.#path(scope);
    if (!isData) return '';
    const keys = kind === 'each' && value !== null && typeof value === 'object' ? Object.keys(value) : [];
    const item =
      kind === 'with'
        ? value
        : keys.length > 0
          ? (value as Record<string, unknown>)[this.#pick(...keys)]
          : undefined;
    const names = Array.from(
      { length: kind === 'each' && this.#chance(50) ? 2 : 1 },
      () => `b${this.#names++}`,
    );
    const items = names.map((name, index) => ({ name, value: index === 0 ? item : 'k' }));
    const inner = { items: [...scope.items, ...items], loops: scope.loops + (kind === 'each' ? 1 : 0) };
    let text = `${this.#open()}#${kind} ${source} as |${names.join(' ')}|${this.#close()}${this.#body(inner)}`;
    if (this.#chance(30)) text += `${this.#open()}else${this.#close()}${this.#body(scope)}`;
    return `${text}${this.#open()}/${kind}${this.#close()}`;
  }

  #path(scope: Scope): { source: string; value: unknown; isData: boolean } {
    if (scope.loops > 0 && this.#chance(15)) return fixed(`@${this.#pick('index', 'key', 'first', 'last')}`);
    if (this.#chance(6)) return fixed(this.#pick('appUrl', 'event.name', 'event.trigger', 'params.owner'));
    if (scope.items.length > 0 && this.#chance(60)) {
      const item = this.#pick(...scope.items);
      return this.#walk([item.name], item.value, 4);
    }
    const root = this.#pick('app', 'app', 'app', 'context') as keyof Roots;
    const found = this.#walk([root], this.#roots[root], 6);
    return found.source === root
      ? this.#walk([root, segment(this.#pick(...FIELD_NAMES))], undefined, 2)
      : found;
  }

  #walk(
    start: readonly string[],
    from: unknown,
    max: number,
  ): { source: string; value: unknown; isData: boolean } {
    const steps = [...start];
    let value = from;
    for (let count = 0; count < max; count++) {
      const names =
        value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : [];
      if (this.#chance(8)) {
        steps.push(segment(this.#pick(...FIELD_NAMES, 'nope')));
        value = undefined;
      } else if (names.length > 0) {
        const name = this.#pick(...names);
        steps.push(segment(name));
        value = (value as Record<string, unknown>)[name];
      } else break;
      if (this.#chance(12)) break;
    }
    return { source: steps.join('.'), value, isData: true };
  }

  #argument(scope: Scope, depth: number): string {
    if (depth > 0 && this.#chance(20)) return `(${this.#call(scope, depth - 1)})`;
    if (this.#chance(12)) return this.#pick('"lit"', '5', 'true', 'false', '0', '""', "'Synced'");
    return this.#path(scope).source;
  }

  #call(scope: Scope, depth: number): string {
    const any = () => this.#argument(scope, depth);
    const data = () => {
      const path = this.#path(scope);
      return path.isData ? path.source : 'app.items';
    };
    const name = this.#pick(
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
        return `${name} ${any()} ${this.#pick(1, 3, 10, 1_003)}`;
      case 'replace':
        return `${name} ${any()} ${this.#literal() || '"a"'} ${this.#literal()}`;
      case 'join':
        return `${name} ${data()} ${this.#literal()}`;
      case 'at':
        return `${name} ${data()} ${this.#pick(0, 1, 2, 7)}`;
      case 'count':
        return `${name} ${data()}`;
      case 'date':
        return `${name} ${any()} "YYYY-MM-DD HH:mm:ss"${this.#chance(60) ? ` "${this.#pick('Asia/Shanghai', 'UTC', 'America/New_York')}"` : ''}`;
      case 'and':
      case 'or':
      case 'concat':
        return `${name} ${any()}${this.#chance(70) ? ` ${any()}` : ''}`;
      default:
        return `${name} ${any()}`;
    }
  }

  #literal(): string {
    const text = this.#g(() => texts.filter((each) => each.length < 100));
    if (!text.includes('"')) return `"${text}"`;
    return text.includes("'") ? '"q"' : `'${text}'`;
  }

  #text(): string {
    const text = this.#chance(50)
      ? this.#pick('\n', ' ', '**x**: ', '\n\n> ', '"', '\\n', '- ', '{', '}', '{ {', '\\{{x}}', '  \n')
      : this.#g(() => texts.filter((each) => each.length < 100));
    return text.replaceAll('{{', this.#chance(50) ? '\\{{' : '{ {').replace(/\{$/, '{ ');
  }

  #open(): string {
    return `{{${this.#chance(8) ? '~' : ''}`;
  }

  #close(): string {
    return `${this.#chance(8) ? '~' : ''}}}`;
  }
}

const fixed = (source: string) => ({ source, value: undefined, isData: false });

/** A field's name as a step of a path; one that can't be written leads nowhere. */
function segment(name: string): string {
  const isPlain =
    /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) &&
    !['this', 'else', 'true', 'false', 'null', 'undefined', 'as'].includes(name);
  if (isPlain) return name;
  return name.includes(']') || name === '' ? 'zz' : `[${name}]`;
}
