import { expect, it } from 'vitest';
import type { Write } from '../core/writes/writes.ts';
import { ApiError, RequestError } from '../kubernetes/api-error.ts';
import { TargetWriter } from './target-writer.ts';

const OBJECT = {
  uid: 'u',
  resourceVersion: '1',
  data: {},
  owned: new Set<string>(),
  managers: [],
  owners: [],
};
const BEFORE = { configMap: OBJECT, secret: OBJECT };
const TARGET = { namespace: 'argocd', configMap: 'cm', secret: 's' };
const STEPS = Array.from({ length: 100 }, (_, index): Write => {
  return { kind: 'project', name: `p${index}`, resourceVersion: '1', annotation: 'x' };
});

/** How many of a hundred AppProjects a round tries to write, where each write fails like this. */
async function tried(error: Error): Promise<number> {
  let count = 0;
  const request = async () => {
    count += 1;
    throw error;
  };
  const writer = new TargetWriter(request, {} as never, TARGET);
  await expect(writer.write(STEPS, BEFORE, () => undefined)).rejects.toBe(error);
  return count;
}

it('tries each AppProject, whichever of them the API server refuses', async () => {
  expect(await tried(new ApiError('PATCH /x', 422, {}))).toBe(100);
});

it('leaves the rest of the AppProjects to the next round where the API server answers none', async () => {
  // Each takes ten seconds.
  expect(await tried(new RequestError('PATCH /x: no answer within 10000 ms'))).toBe(3);
});
