/** The pieces of a Go template that yields the inside of a JSON string, whatever the data. */

/** What DingTalk's Markdown would take for a link, an image or a tag, and the look-alikes that it prints as they are. */
const NEUTRALISED = [
  ['[', '［'],
  [']', '］'],
  ['(', '（'],
  [')', '）'],
  ['<', '＜'],
] as const;

/**
 * Defines `v`, which takes a value and a number of characters: prints the value as the inside of a JSON string, on one
 * line, cut to that length (which an ellipsis shows), and neutralised. A define prints into the message, so it serves
 * as a function. `toRawJson` is the one quoting function of the engine that gives valid JSON for any text; `quote`
 * and `printf "%q"` do not.
 */
export const DEFINE_VALUE = [
  '{{define "v"}}{{$s:=toString (index . 0)}}{{$t:=printf "%.*s" (index . 1) $s}}{{regexReplaceAll "[\\\\s]+" $t " "',
  ...NEUTRALISED.map(([from, to]) => ` | replace "${from}" "${to}"`),
  ' | toRawJson | trimPrefix "\\"" | trimSuffix "\\""}}{{if ne $s $t}}…{{end}}{{end}}',
].join('');

/** Prints a value that is not empty by {@link DEFINE_VALUE}. */
export function printValue(expression: string, maxCharacters: number): string {
  return `{{template "v" (list ${expression} ${maxCharacters})}}`;
}

/** Static text as the inside of a JSON string, safe from being read as an action. */
export function staticText(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('{{', '{{`{{`}}');
}
