import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { nextCapability } from './relay-routes.ts';

it('a capability stays until the Secret has it, and never comes again after that', () => {
  const next = nextCapability(randomBytes);
  const first = next(undefined);
  expect(first).toMatch(/^[\w-]{43}$/);
  expect(next(undefined)).toBe(first);
  expect(next('of another replica')).toBe(first);
  next(first);
  const second = next(undefined);
  expect(second).toMatch(/^[\w-]{43}$/);
  expect(second).not.toBe(first);
  expect(next(first)).toBe(second);
});
