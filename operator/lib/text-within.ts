/**
 * Reads a stream of UTF-8 as one text.
 * @returns undefined if it has more bytes than allowed; its rest stays unread
 */
export async function textWithin(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
