import { expect, it } from 'vitest';
import { type Lease, leaseHolder } from './lease.ts';

const NOW = new Date('2026-11-23T08:00:00Z');
const HELD = { holderIdentity: 'pod-1', leaseDurationSeconds: 15, renewTime: '2026-11-23T07:59:50.123456Z' };

it.each<[string, Lease | undefined, string | undefined]>([
  ['held', { spec: HELD }, 'pod-1'],
  ['not there', undefined, undefined],
  ['without a spec', {}, undefined],
  ['given up', { spec: { ...HELD, holderIdentity: '' } }, undefined],
  ['run out', { spec: { ...HELD, renewTime: '2026-11-23T07:59:44.999999Z' } }, undefined],
  ['held from now on', { spec: { ...HELD, renewTime: '2026-11-23T08:00:00.000000Z' } }, 'pod-1'],
  ['held, nobody knows how long', { spec: { holderIdentity: 'pod-1' } }, 'pod-1'],
])('a lease that is %s', (_, lease, holder) => {
  expect(leaseHolder(lease, NOW)).toBe(holder);
});
