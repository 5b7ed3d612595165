import { expect, it } from 'vitest';
import { SOURCES } from './sources.ts';

/** Base64 that is read. Signatures and hashes only write it; `kubernetes/` reads and writes the values of Secrets. */
const DECODES = /Buffer\.(?:from|byteLength)\([^)\n]*['"]base64(?:url)?['"]\)|\batob\(|fromBase64/;

it('values of Secrets are decoded in one place', () => {
  const found = SOURCES.filter(({ text }) => DECODES.test(text)).map(({ path }) => path);
  expect(found).toEqual(['kubernetes/secret-values.ts']);
});
