import { expect, it } from 'vitest';
import { SOURCES } from './sources.ts';

/** Base64 that is read. Signatures and hashes only write it; `kubernetes/` reads and writes the values of Secrets. */
const DECODES = /,\s*['"`]base64(?:url)?['"`],?\s*\)|\batob\(|fromBase64/;

it('values of Secrets are decoded in one place', () => {
  const found = SOURCES.filter(({ text }) => DECODES.test(text)).map(({ path }) => path);
  expect(found).toEqual(['kubernetes/secret-values.ts']);
});

it.each([
  "Buffer.from(value, 'base64').toString('utf8')",
  "Buffer.from(own(data, key) ?? '', 'base64').toString()",
  "Buffer.from(\n  value,\n  'base64',\n).toString()",
  "Buffer.byteLength(value, 'base64')",
  'atob(value)',
])('%s decodes', (code) => {
  expect(code).toMatch(DECODES);
});

it.each([
  "Buffer.from(text, 'utf8').toString('base64')",
  "createHash('sha256').update(a, 'utf8').digest('base64')",
])('%s does not', (code) => {
  expect(code).not.toMatch(DECODES);
});
