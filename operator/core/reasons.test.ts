import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REASONS } from './reasons.ts';

it('are all explained in docs/reasons.md, and no others', () => {
  const page = readFileSync(new URL('../../docs/reasons.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] as string);
  expect(documented.sort()).toEqual(Object.keys(REASONS).sort());
});
