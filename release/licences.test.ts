import { expect, it } from 'vitest';
import { refusedLicences } from './licences.ts';

const withLicence = (licence: string) => ({ name: 'a', version: '1.0.0', licence, texts: [] });

it.each(['MIT', 'Apache-2.0 AND MIT', '(GPL-3.0-only OR MIT)', 'MPL-2.0'])('%s is allowed', (licence) => {
  expect(refusedLicences([withLicence(licence)])).toEqual([]);
});

it.each([
  ['AGPL-3.0-only', /^a 1.0.0 has the licence AGPL-3.0-only, which .* does not allow/],
  ['(MIT AND GPL-3.0-only)', /does not allow/],
  ['UNLICENSED', /does not allow/],
  ['', /^a 1.0.0 has no licence that is recognised/],
])('%s is refused with a remedy', (licence, message) => {
  expect(refusedLicences([withLicence('MIT'), withLicence(licence)])).toEqual([
    expect.stringMatching(message),
  ]);
});
