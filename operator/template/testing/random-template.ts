import fc from 'fast-check';
import { Choices } from './random-choice.ts';
import { Expressions, type Roots, type Scope } from './random-expression.ts';

/** A random template of the language, source text. */
export const templates = (roots: Roots): fc.Arbitrary<string> =>
  fc.gen().map((g) => new Writer(g, roots).template());

/** Writes one template, choice by choice. */
class Writer {
  readonly #choices: Choices;
  readonly #expressions: Expressions;
  #left = 12;
  #names = 0;

  constructor(g: fc.GeneratorValue, roots: Roots) {
    this.#choices = new Choices(g);
    this.#expressions = new Expressions(this.#choices, roots);
  }

  template(): string {
    const scope = { items: [], loops: 0 };
    return Array.from({ length: this.#choices.number(1, 5) }, () => this.#piece(scope)).join('');
  }

  #body(scope: Scope): string {
    let text = '';
    for (let count = this.#choices.number(0, 4); count > 0 && this.#left > 0; count--)
      text += this.#piece(scope);
    return text;
  }

  #piece(scope: Scope): string {
    this.#left -= 1;
    const kind = this.#choices.number(0, 99);
    if (kind < 25) return this.#text();
    if (kind < 50) return this.#open() + this.#expressions.path(scope).source + this.#close();
    if (kind < 53) return `${this.#open()}markdown ${this.#expressions.argument(scope, 2)}${this.#close()}`;
    if (kind < 65) return this.#open() + this.#expressions.call(scope, 2) + this.#close();
    if (kind < 68) return this.#choices.pick('{{!-- c --}}', '{{! c }}', '{{!-- }} --}}');
    return kind < 80 || scope.items.length > 2 ? this.#condition(scope) : this.#naming(scope);
  }

  #condition(scope: Scope): string {
    const kind = this.#choices.pick('if', 'if', 'unless');
    const zero = this.#choices.chance(20) ? ' includeZero=true' : '';
    let text = `${this.#open()}#${kind} ${this.#expressions.argument(scope, 2)}${zero}${this.#close()}${this.#body(scope)}`;
    if (this.#choices.chance(30))
      text += `${this.#open()}else if ${this.#expressions.argument(scope, 1)}${this.#close()}${this.#body(scope)}`;
    if (this.#choices.chance(40)) text += `${this.#open()}else${this.#close()}${this.#body(scope)}`;
    return `${text}${this.#open()}/${kind}${this.#close()}`;
  }

  #naming(scope: Scope): string {
    const kind = scope.loops < 2 && this.#choices.chance(70) ? 'each' : 'with';
    const { source, value, isData } = this.#expressions.path(scope);
    if (!isData) return '';
    const keys = kind === 'each' && value !== null && typeof value === 'object' ? Object.keys(value) : [];
    const item =
      kind === 'with'
        ? value
        : keys.length > 0
          ? (value as Record<string, unknown>)[this.#choices.pick(...keys)]
          : undefined;
    const names = Array.from(
      { length: kind === 'each' && this.#choices.chance(50) ? 2 : 1 },
      () => `b${this.#names++}`,
    );
    const items = names.map((name, index) => ({ name, value: index === 0 ? item : 'k' }));
    const inner = { items: [...scope.items, ...items], loops: scope.loops + (kind === 'each' ? 1 : 0) };
    let text = `${this.#open()}#${kind} ${source} as |${names.join(' ')}|${this.#close()}${this.#body(inner)}`;
    if (this.#choices.chance(30)) text += `${this.#open()}else${this.#close()}${this.#body(scope)}`;
    return `${text}${this.#open()}/${kind}${this.#close()}`;
  }

  #text(): string {
    const text = this.#choices.chance(50)
      ? this.#choices.pick(
          '\n',
          ' ',
          '**x**: ',
          '\n\n> ',
          '"',
          '\\n',
          '- ',
          '{',
          '}',
          '{ {',
          '\\{{x}}',
          '  \n',
        )
      : this.#choices.shortText();
    return text.replaceAll('{{', this.#choices.chance(50) ? '\\{{' : '{ {').replace(/\{$/, '{ ');
  }

  #open(): string {
    return `{{${this.#choices.chance(8) ? '~' : ''}`;
  }

  #close(): string {
    return `${this.#choices.chance(8) ? '~' : ''}}}`;
  }
}
