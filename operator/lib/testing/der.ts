/**
 * The few ASN.1 types that a certificate consists of, in DER. Every function returns the complete encoding: tag,
 * length, value.
 */

function element(tag: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), length(value.length), value]);
}

function length(count: number): Buffer {
  if (count < 0x80) return Buffer.from([count]);
  const bytes: number[] = [];
  for (let rest = count; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

/** SEQUENCE of elements that are encoded already. */
export function sequence(...elements: Uint8Array[]): Buffer {
  return element(0x30, Buffer.concat(elements));
}

/** SET of elements that are encoded already. DER requires an order, so pass one element. */
export function set(single: Uint8Array): Buffer {
  return element(0x31, single);
}

/** INTEGER that is not negative, from its big-endian bytes. */
export function unsignedInteger(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const magnitude = first < 0 ? Buffer.from([0]) : bytes.subarray(first);
  const negativeLooking = (magnitude[0] ?? 0) >= 0x80;
  return element(0x02, negativeLooking ? Buffer.concat([Buffer.from([0]), magnitude]) : magnitude);
}

/** BOOLEAN. */
export function boolean(value: boolean): Buffer {
  return element(0x01, Buffer.from([value ? 0xff : 0x00]));
}

/** BIT STRING; `unusedBits` of the last byte do not count. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return element(0x03, Buffer.concat([Buffer.from([unusedBits]), bytes]));
}

/** OCTET STRING. */
export function octetString(bytes: Uint8Array): Buffer {
  return element(0x04, bytes);
}

/** OBJECT IDENTIFIER in dotted form: `2.5.29.17`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift(0x80 | (rest % 128));
  return bytes;
}

/** UTF8String. */
export function utf8String(text: string): Buffer {
  return element(0x0c, Buffer.from(text, 'utf8'));
}

/** UTCTime, in whole seconds; for years before 2050. */
export function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/\D/g, '');
  return element(0x17, Buffer.from(`${digits.slice(2, 14)}Z`, 'ascii'));
}

/** Context-specific tag `[number]` around elements that are encoded already (EXPLICIT). */
export function explicit(number: number, content: Uint8Array): Buffer {
  return element(0xa0 | number, content);
}

/** Context-specific tag `[number]` in place of the primitive type's own (IMPLICIT); `value` is the bare content. */
export function implicit(number: number, value: Uint8Array): Buffer {
  return element(0x80 | number, value);
}
