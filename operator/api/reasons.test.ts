import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REASONS } from './reasons.ts';

const page = readFileSync(new URL('../../docs/reasons.md', import.meta.url), 'utf8');
/** Reason, meaning and remedy of each row. */
const rows = [...page.matchAll(/^\| `(\w+)` \|(.*)\|(.*)\|$/gm)].map(
  ([, reason = '', , remedy = '']) => [reason, remedy.replaceAll('`', '').trim()] as const,
);

it('are all explained in docs/reasons.md, and no others', () => {
  expect(rows.map(([reason]) => reason).sort()).toEqual(Object.keys(REASONS).sort());
});

it('have the same remedy there as here', () => {
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(REASONS).map(([reason, { remedy }]) => [reason, remedy])),
  );
});
