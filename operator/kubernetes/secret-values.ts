/** The text of a Secret's value. Bytes that are not UTF-8 become U+FFFD. */
export const decodeSecretValue = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

/** The number of bytes of a Secret's value, or of a value of `binaryData`. Nothing is decoded for it. */
export const secretValueBytes = (base64: string): number => Buffer.byteLength(base64, 'base64');

/** A text as a Secret's value. */
export const encodeSecretValue = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
