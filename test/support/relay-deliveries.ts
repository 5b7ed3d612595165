import { expect } from 'vitest';
import type { Delivery } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { MAX_REQUESTS } from '../../operator/relay/policy.ts';
import type { RelayStage } from './relay-stage.ts';

const MINUTE_MS = 60_000;

const uuidOf = ({ body }: Delivery): string => (body as { readonly msgUuid: string }).msgUuid;

/** The Applications in a message or a digest: `aN-xM`, which no msgUuid looks like. */
const namesIn = ({ rawBody }: Delivery): Set<string> => new Set(rawBody.match(/\ba\d+-x\d+\b/g));

/** A digest names some Applications, and says how many others there are. */
const unnamedIn = ({ rawBody }: Delivery): number =>
  Number(/and (\d+) more applications?/.exec(rawBody)?.[1] ?? 0);

/** Whether it sums up several messages. */
export const isDigest = ({ rawBody }: Delivery): boolean => rawBody.includes('notifications about');

/** Which requests DingTalk got. */
export interface DeliveredOnce {
  readonly requests: number;
  /** How many of them came again with their msgUuid, since the answer was lost. */
  readonly repeated: number;
}

/**
 * Each of these Applications, with one event each, is in one message or digest of each robot of its route. A request may have come twice with one msgUuid.
 * No robot got more requests in a minute than the budget allows.
 */
export function expectOnce({ robots, dingtalk }: RelayStage, names: readonly string[]): DeliveredOnce {
  const byToken = Map.groupBy(dingtalk.requests, ({ token }) => token);
  let repeated = 0;
  for (const [number, some] of robots.entries()) {
    const wanted = names.filter((name) => name.startsWith(`a${number}-`)).toSorted();
    for (const { token } of some) {
      const own = byToken.get(token) ?? [];
      expect(own.filter(({ errcode, signature }) => errcode !== 0 || signature !== 'valid')).toEqual([]);
      const uuids = new Map<string, Set<string>>();
      for (const delivery of own)
        for (const name of namesIn(delivery))
          uuids.set(name, (uuids.get(name) ?? new Set()).add(uuidOf(delivery)));
      expect([...uuids.keys()].filter((name) => !wanted.includes(name))).toEqual([]);
      expect([...uuids].filter(([, each]) => each.size > 1)).toEqual([]);
      const groups = [...Map.groupBy(own, uuidOf).values()];
      const unnamed = groups.reduce((sum, [first]) => sum + (first ? unnamedIn(first) : 0), 0);
      expect(unnamed, `${wanted.filter((name) => !uuids.has(name))}`).toBe(wanted.length - uuids.size);
      expect(groups.filter(({ length }) => length > 2)).toEqual([]);
      repeated += own.length - groups.length;
      expect(busiestMinute(own)).toBeLessThanOrEqual(MAX_REQUESTS);
    }
  }
  return { requests: dingtalk.requests.length, repeated };
}

const busiestMinute = (own: readonly Delivery[]): number =>
  Math.max(0, ...own.map(({ at }) => own.filter((each) => each.at >= at && each.at < at + MINUTE_MS).length));
