/** The pieces of a Go template that yields the inside of a JSON string, whatever the data. */

/**
 * Defines `v`: prints its argument, a string, as the inside of a JSON string and on one line, with what DingTalk's
 * Markdown would take for a link or a tag replaced by look-alikes. `toRawJson` is the one quoting function of the
 * engine that always gives valid JSON; `quote` and `printf "%q"` do not.
 */
export const DEFINE_VALUE =
  '{{define "v"}}{{regexReplaceAll "[\\\\s]+" . " "' +
  [
    ['[', '［'],
    [']', '］'],
    ['(', '（'],
    [')', '）'],
    ['<', '＜'],
  ]
    .map(([from, to]) => ` | replace "${from}" "${to}"`)
    .join('') +
  ' | toRawJson | trimPrefix "\\"" | trimSuffix "\\""}}{{end}}';

/** Prints a non-empty value, cut to so many characters; a cut shows as an ellipsis. */
export function printValue(expression: string, maxCharacters: number): string {
  return (
    `{{$s:=toString ${expression}}}{{$t:=printf "%.${maxCharacters}s" $s}}` +
    '{{template "v" $t}}{{if ne $s $t}}…{{end}}'
  );
}

/** Static text as the inside of a JSON string, safe from being read as an action. */
export function staticText(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('{{', '{{`{{`}}');
}
