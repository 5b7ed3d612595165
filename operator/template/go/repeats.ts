import { jsonBytes } from './literal.ts';
import { shortName } from './names.ts';

/** Messages whose common parts are written once. */
export interface Shortened {
  /** Defines that the messages call. */
  readonly defines: string;
  readonly messages: readonly string[];
}

/**
 * Writes repeated text once: a run of pieces that always come together becomes a define. Pieces must need no variable
 * from outside. The time is proportional to the number of pieces, since authors decide on that.
 * @param messages the pieces of each, in order
 */
export function shorten(messages: readonly (readonly string[])[]): Shortened {
  const count = new Map<string, number>();
  for (const piece of messages.flat()) count.set(piece, (count.get(piece) ?? 0) + 1);
  const inseparable = companions(messages);
  const joined = messages.map((pieces) => runsOf(pieces, inseparable));
  const names = new Map<string, string>();
  for (const run of joined.flat()) {
    const first = run[0] as string;
    const text = run.join('');
    if (!names.has(text) && saving(text, count.get(first) as number) > 0) {
      names.set(text, shortName(names.size).toUpperCase());
    }
  }
  return {
    defines: [...names].map(([text, name]) => `{{define \`${name}\`}}${text}{{end}}`).join(''),
    messages: joined.map((runs) =>
      runs
        .map((run) => run.join(''))
        .map((text) => (names.has(text) ? `{{template \`${names.get(text)}\` $}}` : text))
        .join(''),
    ),
  };
}

/** Bytes that a define saves in JSON; two letters for its name. */
const saving = (text: string, count: number): number =>
  (count - 1) * jsonBytes(text) - count * '{{template `AB` $}}'.length - '{{define `AB`}}{{end}}'.length;

/** For each piece, the piece that always follows it; absent where the next piece differs. */
function companions(messages: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  const next = new Map<string, string | undefined>();
  const previous = new Map<string, string | undefined>();
  const note = (map: Map<string, string | undefined>, piece: string, other: string | undefined) =>
    map.set(piece, !map.has(piece) || map.get(piece) === other ? other : undefined);
  for (const pieces of messages) {
    for (const [index, piece] of pieces.entries()) {
      note(next, piece, pieces[index + 1]);
      note(previous, piece, pieces[index - 1]);
    }
  }
  const found = new Map<string, string>();
  for (const [piece, follower] of next) {
    if (follower !== undefined && follower !== piece && previous.get(follower) === piece)
      found.set(piece, follower);
  }
  return found;
}

/** Pieces that come together, as one. */
function runsOf(pieces: readonly string[], inseparable: ReadonlyMap<string, string>): string[][] {
  const runs: string[][] = [];
  for (const [index, piece] of pieces.entries()) {
    const before = pieces[index - 1];
    if (before !== undefined && inseparable.get(before) === piece) runs.at(-1)?.push(piece);
    else runs.push([piece]);
  }
  return runs;
}
