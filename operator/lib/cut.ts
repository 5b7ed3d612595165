const ELLIPSIS = '…';

/** The text in at most this many bytes of UTF-8. A cut is marked and never divides a character. */
export function cutToBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit - Buffer.byteLength(ELLIPSIS);
  // Continuation bytes of UTF-8 begin with the bits 10.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end) + ELLIPSIS;
}

/** The text in at most this many bytes as a JSON string, without the quotes: an escape has up to six bytes. */
export function cutToJsonBytes(text: string, limit: number): string {
  // Each character has at least one byte.
  if (text.length <= limit && jsonBytes(text) <= limit) return text;
  let kept = '';
  let bytes = Buffer.byteLength(ELLIPSIS);
  for (const character of text) {
    bytes += jsonBytes(character);
    if (bytes > limit) break;
    kept += character;
  }
  return kept + ELLIPSIS;
}

const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;
