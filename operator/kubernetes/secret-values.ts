/** The text of a Secret's value. Bytes that are not UTF-8 become U+FFFD. */
export const decodeSecretValue = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

/** How many bytes a Secret's value has, or one of `binaryData`. Nothing is decoded for that. */
export const secretValueBytes = (base64: string): number => Buffer.byteLength(base64, 'base64');

/** A text as a Secret's value. */
export const encodeSecretValue = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
