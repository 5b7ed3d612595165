import { NASTIES } from './mutations.ts';
import type { Random } from './random.ts';

/** What leads somewhere, or nowhere. */
const PATHS = [
  ...[
    'app.metadata.name',
    'app.metadata.labels.tier',
    'app.metadata.labels',
    'app.metadata.annotations.[a.b/c]',
  ],
  ...['app.spec.source.repoURL', 'app.spec.source', 'app.spec.destination.server', 'app.nothing.at.all'],
  ...[
    'app.status.operationState.message',
    'app.status.operationState',
    'app.status.operationState.startedAt',
  ],
  ...[
    'app.status.resources',
    'app.status.conditions',
    'app.status.sync.revision',
    'app.status.health.status',
  ],
  ...['context.argocdUrl', 'context.nobody'],
];
const VALUES = ['params.owner', 'event.name', 'event.trigger', 'appUrl'];
const LISTS = ['app.status.resources', 'app.status.conditions', 'app.metadata.labels', 'app.spec.sources'];
const FIELDS = ['kind', 'name', 'message', 'health.status', 'nothing.at.all'];
const TEXTS = ['x', ' ', '\n', '### 发布 🟢\n', '> - **b**: ', '[l](https://example.com)', '@13800000000 '];
/** Characters that begin or end nothing in Handlebars. */
const TAME_NASTIES = NASTIES.filter((text) => !/[{}\\"']/.test(text));

/** What no template may name, say or do. */
const FORBIDDEN = [
  ...[
    'app',
    'secrets.token',
    'this.app',
    '../app',
    '@root.app',
    'params.nobody',
    'app.constructor',
    'app.__proto__.x',
  ],
  ...[
    'app.status.resources.0',
    'app.status.resources.length',
    '@index',
    'null',
    '.app.metadata.name',
    'log app.x',
  ],
  ...['lookup app.x "y"', 'upper', 'truncate app.x 0', 'at app.x -1', 'join app.x 1', 'replace app.x "" "y"'],
  ...[
    'date app.x "dddd"',
    'date app.x "HH" "Nowhere"',
    'default "x"',
    'count "x"',
    'markdown (markdown app.x)',
  ],
];
const BROKEN = [
  '{{{app.metadata.name}}}',
  '{{> x}}',
  '{{#if}}{{/if}}',
  '{{else}}',
  '{{/each}}',
  '\\{{x}}',
  '{{',
];

/** Writes texts in Handlebars out of the grammar: all good, or with something in some that is none of the language's. */
export class Handlebars {
  readonly #random: Random;
  readonly #isWild: boolean;

  constructor(random: Random, isWild: boolean) {
    this.#random = random;
    this.#isWild = isWild;
  }

  text(depth = 3): string {
    return this.#pieces(depth, []);
  }

  /** For a URL, which may not come out empty. */
  url(): string {
    return this.#random.oneOf(
      () => '{{appUrl}}',
      () => `https://example.com/${this.text(1)}`,
      () => `{{default ${this.#value(1, [])} "https://example.com"}}`,
      () =>
        this.#isWild ? this.text(1) : 'dingtalk://dingtalkclient/page/link?url={{urlencode app.spec.source}}',
    );
  }

  #pieces(depth: number, names: readonly string[]): string {
    return this.#random.many(1, 4, () => this.#piece(depth, names)).join('');
  }

  #piece(depth: number, names: readonly string[]): string {
    const random = this.#random;
    if (this.#isWild && random.chance(0.03)) return random.pick(BROKEN);
    if (depth <= 0 || random.chance(0.4)) return random.chance(0.5) ? this.#fixed() : this.#print(names);
    const inner = (...more: string[]): string => this.#pieces(depth - 1, [...names, ...more]);
    const otherwise = (): string => (random.chance(0.3) ? `{{else}}${inner()}` : '');
    const test = (): string => this.#value(2, names);
    const name = `v${depth}`;
    // Loops stand in loops only once.
    const isInLoops = names.filter((each) => each === '@index').length >= 2;
    return random.oneOf(
      () => `{{#if ${test()}}}${inner()}${otherwise()}{{/if}}`,
      () => `{{#if ${test()}}}${inner()}{{else if ${test()}}}${inner()}{{/if}}`,
      () => `{{#if ${test()} includeZero=true}}${inner()}{{/if}}`,
      () => `{{#unless ${test()}}}${inner()}${otherwise()}{{/unless}}`,
      () => `{{#with ${this.#list(names)} as |${name}|}}${inner(name)}${otherwise()}{{/with}}`,
      () => {
        if (isInLoops && !this.#isWild) return this.#print(names);
        const item = random.chance(0.5) ? name : `${name} k${depth}`;
        const loop = [name, '@index', '@first', '@last', '@key', ...(item === name ? [] : [`k${depth}`])];
        const space = random.pick(['', '\n']);
        return `{{#each ${this.#list(names)} as |${item}|}}${space}${inner(...loop)}${space}${otherwise()}{{/each}}${space}`;
      },
    );
  }

  #fixed(): string {
    if (this.#random.chance(0.7)) return this.#random.pick(TEXTS);
    return this.#random.pick(this.#isWild ? NASTIES : TAME_NASTIES);
  }

  /** With or without white space control. */
  #print(names: readonly string[]): string {
    const content = this.#random.chance(0.5) ? this.#call(2, names, true) : this.#path(names);
    return this.#random.chance(0.2) ? `{{~${content}~}}` : `{{${content}}}`;
  }

  #value(depth: number, names: readonly string[]): string {
    if (depth <= 0 || this.#random.chance(0.5)) return this.#path(names);
    return this.#random.chance(0.2) ? this.#literal() : `(${this.#call(depth - 1, names)})`;
  }

  #call(depth: number, names: readonly string[], isPrinted = false): string {
    const random = this.#random;
    const any = (): string => this.#value(depth, names);
    const list = (): string => this.#list(names);
    const format = (): string => random.pick(['"YYYY-MM-DD HH:mm:ss"', '"YYYY年MM月DD日"', '"HH:mm"']);
    return random.oneOf(
      () => `${random.pick(['upper', 'lower', 'short', 'urlencode', 'not'])} ${any()}`,
      () => `${isPrinted ? 'markdown' : 'upper'} ${any()}`,
      () => `default ${random.many(2, 4, any).join(' ')}`,
      () =>
        `${random.pick(['eq', 'ne', 'contains'])} ${any()} ${random.chance(0.5) ? this.#literal() : any()}`,
      () => `${random.pick(['and', 'or', 'concat'])} ${random.many(2, 5, any).join(' ')}`,
      () => `truncate ${any()} ${random.pick([1, 7, 300, 5_000])}`,
      () => `replace ${any()} ${random.pick(['"a"', '"{{"', '" "', '"中"'])} ${random.pick(['""', '"b"'])}`,
      () => `join ${list()} ${random.pick(['", "', '""'])}`,
      () => `at ${list()} ${random.pick([0, 1, 99])}`,
      () => `count ${list()}`,
      () => `date ${any()} ${format()}`,
      () => `date ${any()} ${format()} ${random.pick(['"UTC"', '"Asia/Shanghai"', '"America/New_York"'])}`,
    );
  }

  /** What may be a list or a map. */
  #list(names: readonly string[]): string {
    const items = names.filter((name) => name.startsWith('v'));
    if (items.length > 0 && this.#random.chance(0.4)) return this.#field(this.#random.pick(items));
    return this.#random.pick(this.#random.chance(0.7) ? LISTS : PATHS);
  }

  #path(names: readonly string[]): string {
    const random = this.#random;
    if (this.#isWild && random.chance(0.1)) return random.pick(FORBIDDEN);
    if (names.length === 0 || random.chance(0.5)) return random.pick(random.chance(0.8) ? PATHS : VALUES);
    const name = random.pick(names);
    return name.startsWith('v') ? this.#field(name) : name;
  }

  #field(name: string): string {
    return this.#random.chance(0.3) ? name : `${name}.${this.#random.pick(FIELDS)}`;
  }

  #literal(): string {
    return this.#random.pick([
      '"a"',
      "'b c'",
      '""',
      '0',
      '7',
      'true',
      '"{{"',
      `"${this.#random.pick(TAME_NASTIES)}"`,
    ]);
  }
}
