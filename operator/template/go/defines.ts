/**
 * What a compiled template carries along. A Go template has no functions of its own, so defines stand in for them: one
 * prints into the message, another gives its result back in the dict that it is called with. Texts stand in backquotes
 * where they can, since a quotation mark takes two bytes in Argo CD's ConfigMap.
 */

/** How the values in one field of a message are treated. */
export type Escape = 'markdown' | 'plain' | 'url';

/** The defines by name: `s` and `d` give a text and a time, `m`, `t` and `u` print escaped, `r` prints as it is. */
export type DefineName = 's' | 'd' | 'r' | PrintName;
type PrintName = 'm' | 't' | 'u';

/** What prints the values of a field. */
export const PRINTS: Readonly<Record<Escape, PrintName>> = { markdown: 'm', plain: 't', url: 'u' };

/** The longest text that a helper is given, in characters: a helper can multiply it. */
export const MAX_TEXT = 10_000;

/** A value's text, `.v` → `.s`: a text as it is, nothing for null, all else as JSON. */
const TEXT =
  '{{define `s`}}{{$s:=.v}}{{if not (kindIs `string` $s)}}{{$s = ternary `` (toRawJson $s) (kindIs `invalid` $s)}}{{end}}' +
  `{{$_:=set . \`s\` (printf \`%.${MAX_TEXT}s\` $s)}}{{end}}`;

/** A time, `.v` in the form `.f` and the zone `.z` → `.s`; nothing for what is no RFC 3339 time. */
const DATE =
  '{{define `d`}}{{template `s` .}}{{$t:=toDate `2006-01-02T15:04:05Z07:00` .s}}' +
  '{{$_:=set . `s` (ternary `` (dateInZone .f $t .z) $t.IsZero)}}{{end}}';

/** Whoever writes a commit message mentions nobody in the group. */
const MENTION = '{{if contains `@` $t}}{{$t = regexReplaceAll `(^|[^\\w.+-])@+` $t `$1＠`}}{{end}}';

/** What DingTalk's Markdown would take for a link, an image, a tag, a heading or a list becomes its look-alike. */
const MARKDOWN =
  '{{$t = regexReplaceAll `[\\r\\n]+` $t ` ` | replace `[` `［` | replace `]` `］` | replace `(` `（` | replace `)` `）` | replace `<` `＜`}}' +
  `${MENTION}{{$t = regexReplaceAll \`^[#>*+-]\` $t "\\u200b$0"}}`;

/** What cannot stand in a URL is percent-encoded; what has a meaning there is left alone, a `%` too. */
const URL =
  '{{$t = urlquery $t | replace `+` `%20`}}{{range splitList ` ` `: / ? # @ & = + , ; $ ! %`}}{{$t = replace (urlquery .) . $t}}{{end}}';

/** Characters of a value that are printed unless `truncate` says otherwise. */
export const MAX_VALUE = 1_000;

/**
 * Prints a value, `.v`, as the inside of a JSON string, at most `.l` characters of it. What is left of the message's room,
 * `.n` bytes, ends everything that is longer; a cut shows as `…` and never divides a character. The dict is the body's own,
 * and ready for the next value afterwards.
 */
const print = (name: string, escaping: string): string =>
  `{{define \`${name}\`}}{{template \`s\` .}}{{$t:=printf \`%.*s\` .l .s}}{{if ne $t .s}}{{$t = print $t \`…\`}}{{end}}` +
  `${escaping}{{$j:=toRawJson $t}}{{if gt (len $j) .n}}{{$j = toRawJson (printf \`%.*s…\` (div (max .n 0) 6) $t)}}{{end}}` +
  `{{$_:=set (set . \`n\` (sub .n (len $j))) \`l\` ${MAX_VALUE}}}{{trimPrefix \`"\` $j | trimSuffix \`"\`}}{{end}}`;

const DEFINES: Readonly<Record<DefineName, string>> = {
  s: TEXT,
  d: DATE,
  m: print('m', MARKDOWN),
  t: print('t', MENTION),
  u: print('u', URL),
  r: print('r', ''),
};

/** The text of the defines that a body uses. */
export function defines(used: ReadonlySet<DefineName>): string {
  const needed = used.size > 0 ? new Set<DefineName>(['s', ...used]) : used;
  return [...needed].map((name) => DEFINES[name]).join('');
}
