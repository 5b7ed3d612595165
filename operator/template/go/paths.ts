import { goText } from './literal.ts';

/**
 * Nil-safe access to the fields below one value. In a Go template a field of null or of a text ends the send with an
 * error, and a missing one prints `<no value>`. So every step on the way is first replaced by an empty map unless it
 * is one; the last step then always yields a value or nothing. Steps are shared between paths.
 */
export class PathTrie {
  readonly #variables = new Map<string, string>();
  readonly #declarations: string[] = [];
  readonly #base: string;
  readonly #fresh: () => string;

  /** @param base expression of the value; @param fresh gives a variable's name that nobody else has */
  constructor(base: string, fresh: () => string) {
    this.#base = base;
    this.#fresh = fresh;
  }

  /** The expression for a path; the value itself for no segments. */
  access(segments: readonly string[]): string {
    return segments.reduce((value, segment) => field(this.#asMap(value), segment), this.#base);
  }

  /** What has to run before, where the value is known. */
  declarations(): string {
    return this.#declarations.join('');
  }

  #asMap(value: string): string {
    const known = this.#variables.get(value);
    if (known !== undefined) return known;
    const variable = this.#fresh();
    this.#variables.set(value, variable);
    this.#declarations.push(`{{${variable}:=ternary ${value} $E (kindIs \`map\` ${value})}}`);
    return variable;
  }
}

const field = (map: string, segment: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(segment) ? `${map}.${segment}` : `(index ${map} ${goText(segment)})`;

/** What may stand between the steps of a path, if no step has it. */
const SEPARATORS = ['.', '/', '|', ' ', ',', ';', '~', '\u0001'];

/**
 * The same for the Application's own fields: all paths in one table that one loop fills, which takes half the bytes of
 * a {@link PathTrie} where paths are many and deep.
 */
export class PathTable {
  readonly #paths = new Map<string, readonly string[]>();
  #hasTexts = false;

  /** The expression for a path of one segment or more. */
  access(segments: readonly string[]): string {
    return `$R.p${this.#indexOf(segments)}`;
  }

  /** The expression for the text of what a path leads to. */
  text(segments: readonly string[]): string {
    this.#hasTexts = true;
    return `$R.t${this.#indexOf(segments)}`;
  }

  #indexOf(segments: readonly string[]): number {
    const key = JSON.stringify(segments);
    if (!this.#paths.has(key)) this.#paths.set(key, segments);
    return [...this.#paths.keys()].indexOf(key);
  }

  /** What fills the table; nothing if it is empty. @throws Error if the steps hold every possible separator */
  declarations(): string {
    const paths = [...this.#paths.values()];
    if (paths.length === 0) return '';
    const separator = SEPARATORS.find((each) => !paths.flat().some((segment) => segment.includes(each)));
    if (separator === undefined) throw new Error('no separator is left for the paths of a template');
    const list = paths.map((segments) => goText(segments.join(separator))).join(' ');
    const texts = this.#hasTexts
      ? '{{$d:=dict `v` (list $v)}}{{template `s` $d}}{{$_:=set $R (print `t` $i) $d.s}}'
      : '';
    return (
      `{{$R:=dict}}{{range $i,$p:=list ${list}}}{{$v:=$.app}}{{range splitList ${goText(separator)} $p}}` +
      `{{$v = index (ternary $v $E (kindIs \`map\` $v)) .}}{{end}}{{$_:=set $R (print \`p\` $i) $v}}${texts}{{end}}`
    );
  }
}
