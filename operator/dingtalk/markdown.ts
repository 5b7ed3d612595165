const LOOK_ALIKES: ReadonlyMap<string, string> = new Map([
  ['[', '［'],
  [']', '］'],
  ['(', '（'],
  [')', '）'],
  ['<', '＜'],
]);

/**
 * A value inside of a line of DingTalk's Markdown, on one line. What DingTalk would read as a link, an image, a tag, a heading, a
 * list or a mention becomes its look-alike, as in the messages that Argo CD renders.
 */
export function markdownValue(text: string): string {
  const line = text
    .replace(/(^|[^\w.+-])@+/g, '$1＠')
    .replace(/[\r\n]+/g, ' ')
    .replace(/[[\]()<]/g, (character) => LOOK_ALIKES.get(character) ?? character);
  return /^[#>*+-]/.test(line) ? `\u200b${line}` : line;
}
