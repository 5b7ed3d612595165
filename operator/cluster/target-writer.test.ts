import { expect, it } from 'vitest';
import type { Write } from '../core/writes/writes.ts';
import { ApiError, RequestError } from '../kubernetes/api-error.ts';
import type { DataObject } from '../kubernetes/objects.ts';
import type { ApiRequest } from '../kubernetes/request.ts';
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

/** What a writer sends for one step on a ConfigMap with so many keys, and what its cache then has. */
async function written(count: number, step: Partial<Write & { kind: 'apply' }>) {
  const keys = Array.from({ length: count }, (_, index) => [`k${index}`, 'old'] as const);
  const metadata = { ...{ name: 'cm', namespace: 'argocd', uid: 'u', resourceVersion: '1' } };
  const known = {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata },
    data: { ...Object.fromEntries(keys), theirs: 'x' },
  };
  const sent: ApiRequest[] = [];
  const request = async (call: ApiRequest) => {
    sent.push(call);
    return {
      body: {
        kind: 'PartialObjectMetadata',
        metadata: { ...metadata, resourceVersion: `${1 + sent.length}` },
      },
    };
  };
  let present: DataObject = known;
  const observer = {
    get: () => present,
    observe: (object: DataObject) => {
      present = object;
    },
  };
  const writer = new TargetWriter(request as never, { configMap: observer, secret: observer }, TARGET);
  const data = { ...Object.fromEntries(keys), ...step.data };
  const steps: Write[] = [{ kind: 'apply', object: 'ConfigMap', stale: [], ...step, data }];
  await writer.write(steps, BEFORE, () => undefined);
  return { sent: sent.map(({ contentType, body }) => ({ contentType, body })), data: present.data };
}

const PATCH = 'application/merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

it('writes a few changes among many keys as a patch of these', async () => {
  const { sent, data } = await written(500, { data: { k1: 'new', extra: 'y' }, stale: ['theirs'] });
  expect(sent).toEqual([
    {
      contentType: PATCH,
      body: { metadata: { resourceVersion: '1' }, data: { k1: 'new', extra: 'y', theirs: null } },
    },
  ]);
  expect(data).toMatchObject({ k0: 'old', k1: 'new', extra: 'y' });
  expect(data).not.toHaveProperty('theirs');
});

it('applies all keys where there are few, or where many change', async () => {
  const few = await written(20, { data: { k1: 'new' } });
  expect(few.sent.map(({ contentType }) => contentType)).toEqual([APPLY]);
  const changes = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, 'new']));
  const many = await written(500, { data: changes });
  expect(many.sent.map(({ contentType }) => contentType)).toEqual([APPLY]);
  expect(many.data).toMatchObject({ ...changes, theirs: 'x' });
});
