import { describe, expect, it } from 'vitest';
import { afterApply, afterPatch } from './after-write.ts';
import type { DataObject, ManagedFields } from './objects.ts';

const holds = (manager: string, keys: readonly string[], operation: 'Apply' | 'Update' = 'Apply') =>
  ({
    manager,
    operation,
    fieldsV1: { 'f:data': { '.': {}, ...Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) } },
  }) satisfies ManagedFields;

const metadata = (resourceVersion: string, ...managedFields: ManagedFields[]) => ({
  ...{ name: 'cm', namespace: 'argocd', uid: 'u', resourceVersion, managedFields },
});

const before: DataObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata('1', holds('us', ['b', 'c', 'd']), holds('them', ['d', 'z'], 'Update')),
  data: { a: 'theirs', b: '1', c: '2', d: '3', z: 'theirs' },
};

describe('after an apply', () => {
  const apply = (data: Record<string, string>, now: DataObject['metadata']) =>
    afterApply(before, { data, fieldManager: 'us' }, now);

  it('applied keys have their values, and keys of others stay', () => {
    const now = metadata('2', holds('us', ['b', 'c', 'd']), holds('them', ['z'], 'Update'));
    const object = apply({ b: 'new', c: '2', d: 'ours' }, now);
    expect(object).toEqual({
      ...before,
      metadata: now,
      data: { a: 'theirs', b: 'new', c: '2', d: 'ours', z: 'theirs' },
    });
    expect(before.data?.b).toBe('1');
  });

  it('keys that are not applied any more go, unless another manager has them, too', () => {
    const now = metadata('2', holds('us', ['b']), holds('them', ['d', 'z'], 'Update'));
    expect(apply({ b: '1' }, now).data).toEqual({ a: 'theirs', b: '1', d: '3', z: 'theirs' });
  });

  it('nothing of the manager is left if nothing is applied', () => {
    expect(apply({}, metadata('2', holds('them', ['z'], 'Update'))).data).toEqual({
      a: 'theirs',
      z: 'theirs',
    });
  });

  it('keys are in the order of the API server', () => {
    const object = apply({ b: '1', c: '2', d: '3', bb: 'new' }, metadata('2'));
    expect(Object.keys(object.data ?? {})).toEqual(['a', 'b', 'bb', 'c', 'd', 'z']);
  });

  it('an object without data has what is applied', () => {
    const { data: _, ...empty } = before;
    expect(afterApply(empty, { data: { x: 'y' }, fieldManager: 'us' }, metadata('2')).data).toEqual({
      x: 'y',
    });
  });
});

it('after a merge patch, keys are set and deleted, whoever holds them', () => {
  const now = metadata('2');
  const object = afterPatch(before, { a: null, b: 'x', e: 'new', gone: null }, now);
  expect(object).toEqual({
    ...before,
    metadata: now,
    data: { b: 'x', c: '2', d: '3', e: 'new', z: 'theirs' },
  });
});
