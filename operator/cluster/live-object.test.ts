import { expect, it } from 'vitest';
import type { FieldManager } from '../core/model/snapshot.ts';
import { liveConfigMap, liveSecret } from './live-object.ts';

const managedFields = [
  { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:data': { '.': {}, 'f:service.slack': {} } } },
  { manager: 'argocd-dingtalk', operation: 'Apply', fieldsV1: { 'f:data': { 'f:dt_a_b': {} } } },
  { manager: 'argocd-dingtalk', operation: 'Update', fieldsV1: { 'f:data': { 'f:dt_c_d': {} } } },
] as const;

const object = (data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x', namespace: 'argocd', uid: 'u', resourceVersion: '7', managedFields },
  data,
});

it('knows which keys our field manager has applied', () => {
  const live = liveConfigMap(object({ a: 'b' }));
  expect(live).toMatchObject({
    uid: 'u',
    resourceVersion: '7',
    data: { a: 'b' },
    owned: new Set(['dt_a_b']),
  });
});

it('knows who has written what', () => {
  const of = ({ name, operation, keys }: FieldManager) => [name, operation, ...keys];
  expect(liveConfigMap(object({}))?.managers.map(of)).toEqual([
    ['kubectl', 'Update', 'service.slack'],
    ['argocd-dingtalk', 'Apply', 'dt_a_b'],
    ['argocd-dingtalk', 'Update', 'dt_c_d'],
  ]);
  // Nothing of the Secret, not even the names of other keys.
  expect(liveSecret(object({}))?.managers.map(of)[0]).toEqual(['kubectl', 'Update']);
});

it('reads an object that has not changed once', () => {
  const same = object({ a: 'b' });
  expect(liveConfigMap(same)).toBe(liveConfigMap(same));
});

it('looks at no key of the Secret that can not be ours', () => {
  const data = { dt_a_b: Buffer.from('https://x').toString('base64'), slack: 'c2VjcmV0' };
  expect(liveSecret(object(data))?.data).toEqual({ dt_a_b: 'https://x' });
});

it('knows how large the rest is, and nothing else of it', () => {
  const data = { dt_a_b: 'eA==', slack: Buffer.from('中文 secret').toString('base64'), empty: '' };
  expect(liveSecret(object(data))?.unseenBytes).toBe('slack'.length + 13 + 'empty'.length);
  expect(JSON.stringify(liveSecret(object(data)))).not.toContain('secret');
  const binary = { ...object({ a: 'b' }), binaryData: { blob: Buffer.alloc(300, 7).toString('base64') } };
  expect(liveConfigMap(binary)?.unseenBytes).toBe('blob'.length + 300);
});

it('is nothing where there is no object', () => {
  expect([liveConfigMap(undefined), liveSecret(undefined)]).toEqual([undefined, undefined]);
});
