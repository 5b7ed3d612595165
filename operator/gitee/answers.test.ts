import { expect, it } from 'vitest';
import { readHook, readHooks } from './answers.ts';
import { HOOK_SWITCHES } from './hook.ts';
import { refusedBy } from './outcome.ts';

const OFF = Object.fromEntries(HOOK_SWITCHES.map((name) => [name, false]));

it('a hook is read whether its values are numbers and booleans, or texts', () => {
  const switches = { ...OFF, push_events: true };
  const read = { id: 12, url: 'https://a', password: 'b', switches };
  expect(readHook({ id: 12, url: 'https://a', password: 'b', push_events: true })).toEqual(read);
  expect(
    readHook({ id: '12', url: 'https://a', password: 'b', push_events: 'true', note_events: 'false' }),
  ).toEqual(read);
  expect(readHook({ id: 12, url: null, password: null, push_events: 1, note_events: null })).toEqual({
    ...read,
    url: '',
    password: '',
  });
});

it.each([[null], ['x'], [[]], [{}], [{ id: -1 }], [{ id: 'x' }], [{ id: 1.5 }], [{ id: 2 ** 60 }]])(
  '%j is no hook',
  (value) => {
    expect(readHook(value)).toBeUndefined();
    expect(readHooks([{ id: 1 }, value])).toBeUndefined();
    expect(readHooks(value === null ? { length: 1 } : value)).toEqual(Array.isArray(value) ? [] : undefined);
  },
);

it('a failure has one short line, without a credential', () => {
  const message = `a\nb ${'x'.repeat(300)}`;
  const { words } = refusedBy(400, { message }, undefined);
  expect(words).toMatch(/^HTTP 400: a b x+…$/);
  expect(words.length).toBe(200);
  expect(refusedBy(400, { message: `access_token=${'ab'.repeat(16)}` }, undefined).words).toBe(
    'HTTP 400: access_token=***',
  );
  expect(refusedBy(400, { message: { a: 1 } }, undefined).words).toBe('HTTP 400');
  expect(refusedBy(429, null, '999999').retryAfterMs).toBe(600_000);
  expect(refusedBy(429, null, 'Fri, 01 Jan 2027 00:00:00 GMT').retryAfterMs).toBeUndefined();
});
