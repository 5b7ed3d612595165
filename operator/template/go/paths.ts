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
 * a {@link PathTrie} where paths are many and deep. An entry begins where another one ends if that saves something.
 */
export class PathTable {
  readonly #paths = new Map<string, Path>();
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

  #indexOf(segments: Path): number {
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
    const prefixes = sharedPrefixes(paths);
    const list = entries(prefixes, paths).map((steps) => goText(steps.join(separator)));
    const place = prefixes.length === 0 ? '$i' : `(sub $i ${prefixes.length})`;
    const texts = this.#hasTexts
      ? `{{$d:=dict \`v\` (list $v)}}{{template \`s\` $d}}{{$_:=set $R (print \`t\` ${place}) $d.s}}`
      : '';
    return (
      `{{$R:=dict \`a\` .app}}{{range $i,$p:=list ${list.join(' ')}}}{{$p = splitList ${goText(separator)} $p}}` +
      '{{$v:=index $R (first $p)}}{{range rest $p}}{{$v = index (ternary $v $E (kindIs `map` $v)) .}}{{end}}' +
      `{{$_:=set $R (print \`p\` ${place}) $v}}${texts}{{end}}`
    );
  }
}

type Path = readonly string[];

/** Whether one path leads farther than the other, by the same steps. */
const isBeyond = (path: Path, base: Path): boolean =>
  base.length < path.length && base.every((step, depth) => step === path[depth]);

/** The steps of each path, from `a`, the Application, or from the entry before it that leads farthest. */
function entries(prefixes: readonly Path[], paths: readonly Path[]): string[][] {
  const all = [...prefixes, ...paths];
  return all.map((path, index) => {
    const bases = all.slice(0, index).map((base, place) => ({ base, name: `p${place - prefixes.length}` }));
    const [longest] = bases
      .filter(({ base }) => isBeyond(path, base))
      .sort((a, b) => b.base.length - a.base.length);
    return longest ? [longest.name, ...path.slice(longest.base.length)] : ['a', ...path];
  });
}

/** What paths have in common, as entries of their own where that makes the table shorter; shorter ones first. */
function sharedPrefixes(paths: readonly Path[]): Path[] {
  const candidates = new Map<string, Path>();
  for (const path of paths)
    for (let length = 1; length < path.length; length++) {
      const prefix = path.slice(0, length);
      candidates.set(JSON.stringify(prefix), prefix);
    }
  const size = (prefixes: readonly Path[]): number =>
    entries(prefixes, paths).reduce((sum, steps) => sum + steps.join('.').length + 3, 0);
  let chosen: Path[] = [];
  for (;;) {
    const options = [...candidates.values()]
      .filter((candidate) => !chosen.includes(candidate))
      .map((candidate) => [...chosen, candidate].sort((a, b) => a.length - b.length))
      .map((option) => ({ option, size: size(option) }))
      .sort((a, b) => a.size - b.size);
    const [best] = options;
    if (!best || best.size >= size(chosen) - PLACE_BYTES) return chosen;
    chosen = best.option;
  }
}

/** What it takes to number entries from behind the prefixes, which is worth it for a few only. */
const PLACE_BYTES = 4;
