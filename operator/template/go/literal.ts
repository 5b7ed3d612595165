/** Texts in a Go template. All functions accept well-formed text only, which parseTemplate ensures. */

// Characters that Go's scanner refuses raw inside a quoted text, or YAML refuses raw in a value.
const NOT_RAW = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A text as a Go literal, as short as it can be written. */
export function goText(text: string): string {
  // Raw literals need no escapes; quoted ones escape as JSON does.
  if (/^[ -_a-~]*$/.test(text)) return `\`${text}\``;
  return JSON.stringify(text).replace(NOT_RAW, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Fixed text as the inside of a JSON string, safe from being read as an action. */
export function jsonText(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/\{(?=\{|$)/g, '{{`{`}}');
}

/** How many bytes a fixed text has in the message's body. */
export const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;
