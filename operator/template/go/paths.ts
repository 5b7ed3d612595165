import { goText } from './literal.ts';

/**
 * Nil-safe access to the fields below one value. In a Go template, a field of null or of a text ends the send with an
 * error, and a missing field prints `<no value>`. So every step on the way is first replaced by an empty map unless
 * it is a map. The last step then always yields a value or nothing. Steps are shared between paths.
 */
export class PathTrie {
  readonly #variables = new Map<string, string>();
  readonly #declarations: string[] = [];
  readonly #base: string;
  readonly #fresh: () => string;

  /** @param base expression of the value; @param fresh makes an unused variable name */
  constructor(base: string, fresh: () => string) {
    this.#base = base;
    this.#fresh = fresh;
  }

  /** The expression for a path; the value itself for no segments. */
  access(segments: readonly string[]): string {
    return segments.reduce((value, segment) => field(this.#asMap(value), segment), this.#base);
  }

  /** The code that has to run before, where the value is known. */
  declarations(): string {
    return this.#declarations.join('');
  }

  #asMap(value: string): string {
    const known = this.#variables.get(value);
    if (known !== undefined) return known;
    const variable = this.#fresh();
    this.#variables.set(value, variable);
    this.#declarations.push(`{{${variable}:=ternary ${value} $.E (kindIs \`map\` ${value})}}`);
    return variable;
  }
}

const field = (map: string, segment: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(segment) ? `${map}.${segment}` : `(index ${map} ${goText(segment)})`;
