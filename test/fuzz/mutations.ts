import type { Random } from './random.ts';

/** What YAML, JSON, Go templates, expressions or Unicode may stumble over. */
export const NASTIES: readonly string[] = [
  ...['\u0000', '\u0001', '\b', '\f', '\u001b', '\u007f', '\u0085', '\u009f', '\u00a0', '\u00ad'],
  ...['\u200b', '\u200d', '\u202e', '\u2028', '\u2029', '\ufeff', '\ufffd', '\ufffe', '\uffff', '\u{1fffe}'],
  ...[
    '😀',
    '\u{10ffff}',
    '\u{e0001}',
    'é',
    'e\u0301',
    'İ',
    'ß',
    '中文',
    '\r',
    '\r\n',
    '\n',
    '\t',
    '\\',
    '\\\\',
  ],
  ...[
    '{{',
    '}}',
    '{{-',
    '-}}',
    '{{/*',
    '*/}}',
    '"',
    "'",
    '`',
    '\\"',
    "\\'",
    '\\n',
    '\\u0000',
    '\\ud83d',
    '\\x00',
  ],
  ...[': ', ' #', '#', '&a', '*a', '!!binary', '!', '|', '>-', '? ', '- ', '---', '...', '%', '@', '<<: *a'],
  ...[
    '$x',
    '$$',
    '$' + '{x}',
    '$canary',
    '.',
    '..',
    '?.',
    '??',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ';',
    '//',
    '/*',
    '*/',
  ],
  ...[
    '0x',
    '1e999',
    '-0',
    '9223372036854775808',
    'NaN',
    'null',
    'true',
    'yes',
    '~',
    '1:30',
    '2001-01-01',
    '\\/',
  ],
];

/** A text like the given one, with one to four accidents; `others` are what pieces may come from. */
export function mutate(random: Random, text: string, others: readonly string[]): string {
  let result = text;
  for (let left = random.pick([1, 1, 1, 2, 4]); left > 0; left--) result = mutateOnce(random, result, others);
  return result;
}

function mutateOnce(random: Random, text: string, others: readonly string[]): string {
  const at = random.int(0, text.length);
  const end = Math.min(text.length, at + random.int(1, 8));
  const [head, piece, tail] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
  return random.oneOf(
    () => head + tail,
    () => head + random.pick(NASTIES) + piece + tail,
    () => head + random.pick(NASTIES) + tail,
    () => head + piece + piece + tail,
    () => head + piece.repeat(random.int(2, 60)) + tail,
    () => head + String.fromCodePoint(random.int(1, 0xd7ff)) + tail,
    () => head + [...piece].reverse().join('') + tail,
    () => head + slice(random, random.pick(others)) + tail,
    () => text.replaceAll("'", '"'),
    () => random.pick(NASTIES) + text,
    () => text + random.pick(NASTIES),
  );
}

function slice(random: Random, text: string): string {
  const from = random.int(0, text.length);
  return text.slice(from, from + random.int(0, 40));
}

/** At most so many characters and at least one, all of them whole: what the API server would hand out. */
export function clip(text: string, most: number): string {
  const clipped = [...text.toWellFormed()].slice(0, most).join('');
  return clipped === '' ? ' ' : clipped;
}
