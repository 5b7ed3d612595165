import { own } from '../../lib/own.ts';
import { goText } from './literal.ts';
import { shortName } from './names.ts';

/** A root and steps, such as `app`, `metadata`, `name`. */
export type Path = readonly string[];

/**
 * Nil-safe access to all paths of a body, as a PathTrie has it, but in one table that one loop fills. The table has
 * half the bytes where paths are many and deep. A path's value has a name in `$`, a letter for most. An entry begins
 * at the end of another one if that saves bytes. An empty map becomes the text `{}`, which is its printed form, since
 * Go treats an empty map as nothing and Handlebars as something.
 */
export class PathTable {
  readonly #names = new Map<string, { readonly path: Path; readonly name: string }>();
  readonly #texts = new Set<string>();

  /** The expression for the value of a path of two steps or more. */
  access(path: Path): string {
    return `$.${this.#nameOf(path)}`;
  }

  /** The expression for the text of a path's value; it needs the define `s`. */
  text(path: Path): string {
    const name = this.#nameOf(path);
    this.#texts.add(name);
    return `$.T${name}`;
  }

  #nameOf(path: Path): string {
    const key = JSON.stringify(path);
    const known = this.#names.get(key);
    if (known) return known.name;
    const name = shortName(this.#names.size);
    this.#names.set(key, { path, name });
    return name;
  }

  /** The code that fills the table; empty if the table is empty. */
  declarations(): string {
    const paths = [...this.#names.values()];
    if (paths.length === 0) return '';
    const rows = entries(paths);
    const step = separator('./|,;~', rows.flat());
    const end = separator(' ,;~|/', [...rows.flat(), step]);
    const list = rows.map((row) => row.join(step)).join(end);
    return [
      paths.some(({ path }) => path[0] === 'context') ? CONTEXT : '',
      `{{range splitList ${goText(end)} ${goText(list)}}}{{$p:=splitList ${goText(step)} .}}{{$v:=index $ (index $p 1)}}`,
      '{{range slice $p 2}}{{$v = index (ternary $v $.E (kindIs `map` $v)) .}}{{end}}',
      '{{$_:=set $ (index $p 0) (ternary (default `{}` $v) $v (kindIs `map` $v))}}{{end}}',
      this.#texts.size === 0
        ? ''
        : `{{range splitList \` \` ${goText([...this.#texts].join(' '))}}}{{$d:=dict \`v\` (list (index $ .))}}` +
          '{{template `s` $d}}{{$_:=set $ (print `T` .) $d.s}}{{end}}',
    ].join('');
  }
}

/** Argo CD's `context` is a map of texts; this is one that may lack a field. */
const CONTEXT = '{{$_:=set $ `C` (fromJson (toRawJson .context))}}';
/** Keys in `$`. For an event of Gitee, the engine gets its roots in the place of the Application. */
const ROOTS: Readonly<Record<string, string>> = { context: 'C', gitee: 'app' };

/** A character that none of the texts has, one of these if possible. */
function separator(preferred: string, texts: readonly string[]): string {
  const taken = new Set(texts.join(''));
  const found = [...preferred].find((each) => !taken.has(each));
  if (found !== undefined) return found;
  let code = PRIVATE_USE;
  while (taken.has(String.fromCharCode(code))) code += 1;
  return String.fromCharCode(code);
}

/** More characters than a template can have. */
const PRIVATE_USE = 0xe000;

interface Named {
  readonly path: Path;
  readonly name: string;
}

/** Rows of name, base and steps; each row comes after its base. */
function entries(paths: readonly Named[]): string[][] {
  const prefixes = sharedPrefixes(paths).map((path, index) => ({
    path,
    name: shortName(paths.length + index),
  }));
  const all = [...prefixes, ...paths].sort((a, b) => a.path.length - b.path.length);
  const names = new Map(all.map(({ path, name }) => [keyOf(path), name]));
  return all.map(({ path, name }) => {
    const base = baseOf(path, names);
    if (base === 0) return [name, own(ROOTS, path[0] as string) ?? (path[0] as string), ...path.slice(1)];
    return [name, names.get(keyOf(path.slice(0, base))) as string, ...path.slice(base)];
  });
}

const keyOf = (path: Path): string => JSON.stringify(path);

/** How many steps of a path another entry covers; 0 for none. */
function baseOf(path: Path, known: { has(key: string): boolean }): number {
  for (let length = path.length - 1; length > 1; length--)
    if (known.has(keyOf(path.slice(0, length)))) return length;
  return 0;
}

/** The common beginnings of paths, as separate entries where that makes the table shorter. */
function sharedPrefixes(paths: readonly Named[]): Path[] {
  const known = new Set(paths.map(({ path }) => keyOf(path)));
  const all = new Map<string, Path>();
  for (const { path } of paths)
    for (let length = path.length; length > 1; length--) {
      const prefix = path.slice(0, length);
      all.set(keyOf(prefix), prefix);
    }
  const chosen: Path[] = [];
  /** How many entries would be shorter with an entry that ends here. */
  const followers = new Map<string, number>();
  // The longest first: a path that already has an entry needs no shorter one.
  for (const [key, path] of [...all].sort(([, a], [, b]) => b.length - a.length)) {
    const waiting = followers.get(key) ?? 0;
    const isWorthIt = (waiting - 1) * path.slice(1).join('.').length > ENTRY_BYTES;
    if (!known.has(key) && isWorthIt) chosen.push(path);
    const parent = keyOf(path.slice(0, -1));
    const passedOn = known.has(key) || isWorthIt ? 1 : waiting;
    followers.set(parent, (followers.get(parent) ?? 0) + passedOn);
  }
  return chosen;
}

/** The bytes of an entry in addition to its steps: its name, its base, the separators. */
const ENTRY_BYTES = 7;
