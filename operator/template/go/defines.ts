import { goText } from './literal.ts';

/**
 * The defines of a compiled template. A Go template has no functions, so defines take their place: one kind prints
 * into the message, another kind returns its result in the dict that is its argument. Every subscription in Argo CD's
 * ConfigMap has a separate copy, and the ConfigMap holds 1 MiB for everybody, so these are as short as possible.
 * Texts are in backquotes where possible, since a quotation mark has two bytes there.
 */

/** How the values in one field of a message are treated. */
export type Escape = 'markdown' | 'plain' | 'url';

/** The defines by name: `s`, `d` and `j` give a text, a time and a joined list, `m`, `t` and `u` print escaped, `r` prints as it is. */
export type DefineName = 's' | 'd' | 'j' | 'r' | PrintName;
type PrintName = 'm' | 't' | 'u';

/** The defines that print the values of a field. */
export const PRINTS: Readonly<Record<Escape, PrintName>> = { markdown: 'm', plain: 't', url: 'u' };

/** The longest text that a helper gets, in characters: a helper can multiply it. */
export const MAX_TEXT = 10_000;

/** The text of the first value of the list `.v` that has one → `.s`: a text as it is, nothing for null, all else as JSON. */
const TEXT =
  '{{define `s`}}{{$s:=``}}{{range .v}}{{if not $s}}{{if kindIs `string` .}}{{$s = .}}{{else if not (kindIs `invalid` .)}}' +
  `{{$s = toRawJson .}}{{end}}{{end}}{{end}}{{$_:=set . \`s\` (printf \`%.${MAX_TEXT}s\` $s)}}{{end}}`;

/** The same in the form `.f` and the zone `.z`; nothing for a value that is not an RFC 3339 time. */
const date = (timeZone: string): string =>
  '{{define `d`}}{{template `s` .}}{{$t:=toDate `2006-01-02T15:04:05Z07:00` .s}}' +
  `{{$_:=set . \`s\` (ternary \`\` (dateInZone .f $t (default ${goText(timeZone)} .z)) $t.IsZero)}}{{end}}`;

/**
 * A list is joined until the text has more bytes than this: the time for each item grows with the length of the text
 * so far.
 */
export const MAX_JOINED = 4_000;

/**
 * The texts of all items of the list `.v` with `.f` between them → `.s`; a value that is not a list is its own text.
 */
const JOIN =
  '{{define `j`}}{{$o:=``}}{{range $i,$v:=ternary .v (list .v) (kindIs `slice` .v)}}' +
  `{{if gt (len $o) ${MAX_JOINED}}}{{$o = print $o \`…\`}}{{break}}{{end}}{{$d:=dict \`v\` (list $v)}}{{template \`s\` $d}}` +
  '{{$o = print $o (ternary $.f `` (gt $i 0)) $d.s}}{{end}}{{$_:=set . `s` $o}}{{end}}';

/**
 * The author of a commit message must not mention people in the group. A search for `@` first halves the time of a
 * message: Go compiles the expression for each value.
 */
const MENTION = '{{if contains `@` $t}}{{$t = regexReplaceAll `(^|[^\\w.+-])@+` $t `$1＠`}}{{end}}';

/**
 * A character that DingTalk's Markdown reads as a link, an image, a tag, a heading or a list becomes its look-alike.
 */
const MARKDOWN = `${MENTION}{{$t = regexReplaceAll \`[\\r\\n]+\` $t \` \` | replace \`[\` \`［\` | replace \`]\` \`］\` | replace \`(\` \`（\` | replace \`)\` \`）\` | replace \`<\` \`＜\`}}{{$t = regexReplaceAll \`^([#>*+-])\` $t \`\u200b$1\`}}`;

/** Characters that a URL must not have are percent-encoded. Characters with a meaning there stay, a `%` too. */
const URL =
  '{{$t = urlquery $t | replace `+` `%20`}}{{range splitList ` ` `: / ? # @ & = + , ; $ ! %`}}{{$t = replace (urlquery .) . $t}}{{end}}';

/**
 * Prints the first value that has a text as the inside of a JSON string, from the list (`$`, value, …). Longer text
 * is cut at the rest of the message's room, `.B` bytes, and at the greatest number of characters, `.L`. A cut shows
 * as `…` and never divides a character.
 */
const print = (name: string, escaping: string): string =>
  `{{define \`${name}\`}}{{$b:=index . 0}}{{$d:=dict \`v\` (slice . 1)}}{{template \`s\` $d}}{{$t:=printf \`%.*s\` $b.L $d.s}}` +
  `{{if ne $t $d.s}}{{$t = print $t \`…\`}}{{end}}${escaping}{{$j:=toRawJson $t}}` +
  '{{if gt (len $j) $b.B}}{{$j = toRawJson (printf `%.*s…` (div (max $b.B 0) 6) $t)}}{{end}}' +
  '{{$_:=set $b `B` (sub $b.B (len $j))}}{{trimPrefix `"` $j | trimSuffix `"`}}{{end}}';

/** The text of the defines that a body uses. @param timeZone the zone for times without one */
export function defines(used: ReadonlySet<DefineName>, timeZone: string): string {
  const texts: Readonly<Record<DefineName, string>> = {
    s: TEXT,
    d: date(timeZone),
    j: JOIN,
    m: print('m', MARKDOWN),
    t: print('t', MENTION),
    u: print('u', URL),
    r: print('r', ''),
  };
  const needed = used.size > 0 ? new Set<DefineName>(['s', ...used]) : used;
  return [...needed].map((name) => texts[name]).join('');
}

/** The zone of a body with the define for times, as {@link defines} was given it; undefined for any other body. */
export const zoneOf = (body: string): string | undefined => /\(default `([^`]+)` \.z\)/.exec(body)?.[1];
