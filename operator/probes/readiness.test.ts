import { expect, it } from 'vitest';
import { OLDEST_CACHE_MS, type ReadinessFacts, readiness } from './readiness.ts';

const cache = { name: 'robots', synced: true, ageMs: 60_000 };
const HEALTHY: ReadinessFacts = { caches: [cache], engine: { ok: true } };

it('is there when the caches are synced and fresh, and the engine answers', () => {
  expect(readiness(HEALTHY)).toEqual({
    ready: true,
    checks: [
      { name: 'robots', ok: true, message: 'ok' },
      { name: 'lease', ok: true, message: 'ok' },
      { name: 'engine', ok: true, message: 'ok' },
    ],
  });
});

const right = 'the operator cannot list secrets in the namespace argocd';
it.each<[string, ReadinessFacts, string]>([
  [
    'a cache that is not synced',
    { ...HEALTHY, caches: [{ ...cache, synced: false }] },
    'the objects are not listed yet',
  ],
  [
    'a cache that is too old',
    { ...HEALTHY, caches: [{ ...cache, ageMs: OLDEST_CACHE_MS + 1 }] },
    'the API server has given no sign of life for 180 s',
  ],
  [
    'a cache without a sign of life',
    { ...HEALTHY, caches: [{ ...cache, ageMs: undefined }] },
    'the API server has given no sign of life',
  ],
  [
    'a cache that is forbidden',
    { ...HEALTHY, caches: [{ ...cache, synced: false, missingRight: right }] },
    right,
  ],
  ['a Lease that it may not hold', { ...HEALTHY, leaseProblem: 'PATCH …: 403' }, 'PATCH …: 403'],
  [
    'an engine that does not start',
    { ...HEALTHY, engine: { ok: false, message: 'no such file' } },
    'no such file',
  ],
])('is missing for %s, and says so', (_, facts, message) => {
  const { ready, checks } = readiness(facts);
  expect(ready).toBe(false);
  expect(checks.filter(({ ok }) => !ok).map((check) => check.message)).toEqual([message]);
});

it('does without a right that the operator can do without', () => {
  const forbidden = { ...cache, synced: false, ageMs: undefined, missingRight: right, mayBeForbidden: true };
  expect(readiness({ ...HEALTHY, caches: [forbidden] }).ready).toBe(true);
});

it('bears a bookmark that comes late, and a watch that is opened again', () => {
  expect(readiness({ ...HEALTHY, caches: [{ ...cache, ageMs: 75_000 + 75_000 }] }).ready).toBe(true);
});
