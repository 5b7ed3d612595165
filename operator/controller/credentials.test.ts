import { describe, expect, it } from 'vitest';
import { RECONCILE_AT } from '../core/names.ts';
import type { CredentialSecret } from '../core/snapshot.ts';
import { found, NAMESPACE, NOW, robot } from '../core/testing/fixtures.ts';
import { CredentialCache } from './credentials.ts';

const MINUTE = 60_000;
const at = (ms: number) => new Date(NOW.getTime() + ms);

function setUp(secret: CredentialSecret = found({})) {
  const reads: string[] = [];
  const answer = { secret };
  const read = async (namespace: string, name: string) => {
    reads.push(`${namespace}/${name}`);
    return answer.secret;
  };
  return { reads, answer, cache: new CredentialCache(read, 5 * MINUTE) };
}

describe('credentials', () => {
  it('are read once for all robots that refer to them', async () => {
    const { cache, reads } = setUp();
    const known = await cache.refresh([robot(), robot({ name: 'second' })], NOW);
    expect(reads).toEqual([`${NAMESPACE}/payments-dingtalk`]);
    expect([...known.keys()]).toEqual([`${NAMESPACE}/payments-dingtalk`]);
  });

  it('are read again after the interval, and not before', async () => {
    const { cache, reads } = setUp();
    await cache.refresh([robot()], NOW);
    expect(cache.nextReadAt()).toEqual(at(5 * MINUTE));
    await cache.refresh([robot()], at(5 * MINUTE - 1));
    expect(reads.length).toBe(1);
    await cache.refresh([robot()], at(5 * MINUTE));
    expect(reads.length).toBe(2);
  });

  it('are read again when the robot changes, or its author asks for it', async () => {
    const { cache, reads } = setUp();
    await cache.refresh([robot()], NOW);
    await cache.refresh([robot({ generation: 2 })], NOW);
    await cache.refresh([robot({ generation: 2, annotations: { [RECONCILE_AT]: 'now' } })], NOW);
    expect(reads.length).toBe(3);
  });

  it('that are missing are looked for soon, then less and less often', async () => {
    const { cache, answer } = setUp({ state: 'missing' });
    const pauses: number[] = [];
    let now = NOW;
    for (let i = 0; i < 11; i++) {
      await cache.refresh([robot()], now);
      const next = cache.nextReadAt() as Date;
      pauses.push((next.getTime() - now.getTime()) / 1000);
      now = next;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    answer.secret = found({});
    await cache.refresh([robot()], now);
    expect(cache.nextReadAt()).toEqual(new Date(now.getTime() + 5 * MINUTE));
  });

  it('of robots that are gone or suspended are forgotten', async () => {
    const { cache } = setUp();
    await cache.refresh([robot()], NOW);
    expect((await cache.refresh([robot({}, { suspend: true })], NOW)).size).toBe(0);
    expect(cache.nextReadAt()).toBeUndefined();
  });
});
