import { describe, expect, it } from 'vitest';
import { type DeclaredHook, type FoundHook, urlHash } from './hook.ts';
import { type HookAim, type HookSituation, planHooks } from './plan.ts';
import type { HookRecord } from './record.ts';
import { NO_SWITCHES } from './testing/fake-gitee-hooks.ts';

const PLACE = { baseUrl: 'https://gitee.com', repository: 'team/shop' };
const RELAY: DeclaredHook = {
  url: 'https://relay.example.com/gitee/team/shop',
  signingKey: 'key',
  switches: { ...NO_SWITCHES, push_events: true },
};
const AIM: HookAim = { robot: '', hook: RELAY };
const record = (id: number, robot = ''): HookRecord => ({ ...PLACE, robot, id });
const pending = (afterId: number, url = RELAY.url): HookRecord => ({
  ...PLACE,
  robot: '',
  afterId,
  urlHash: urlHash(url),
});
const found = (id: number, change: Partial<FoundHook> = {}): FoundHook => ({
  id,
  url: RELAY.url,
  password: 'key',
  switches: RELAY.switches,
  ...change,
});
const plan = (situation: Partial<HookSituation>) =>
  planHooks({ aims: [AIM], records: [], found: [], claimed: new Set(), written: new Map(), ...situation });

describe('a hook that should exist', () => {
  it('is created, after the highest id of the repository', () => {
    expect(plan({})).toEqual([{ kind: 'create', aim: AIM, afterId: 0 }]);
    const others = [found(7, { url: 'https://a' }), found(4, { url: 'https://b' })];
    expect(plan({ found: others })).toEqual([{ kind: 'create', aim: AIM, afterId: 7 }]);
  });

  it('is left alone as long as it is as declared', () => {
    expect(plan({ records: [record(5)], found: [found(5)] })).toEqual([]);
  });

  it.each<[string, Partial<FoundHook>]>([
    ['another URL', { url: 'https://elsewhere' }],
    ['another key', { password: 'other' }],
    ['no key', { password: '' }],
    ['another switch', { switches: { ...RELAY.switches, note_events: true } }],
  ])('is changed if it has %s', (_, change) => {
    const records = [record(5)];
    expect(plan({ records, found: [found(5, change)] })).toEqual([
      { kind: 'change', record: record(5), id: 5, aim: AIM },
    ]);
  });

  it('is not changed for ever where Gitee does not tell the key', () => {
    const situation = { records: [record(5)], found: [found(5, { password: '' })] };
    const written = (signingKey: string) => new Map([[5, { signingKey, password: '' }]]);
    expect(plan({ ...situation, written: written('key') })).toEqual([]);
    expect(plan({ ...situation, written: written('former key') })).toMatchObject([{ kind: 'change' }]);
  });

  it('is created again if it is gone', () => {
    expect(plan({ records: [record(5)], found: [found(3), found(9)] })).toEqual([
      { kind: 'create', aim: AIM, afterId: 9, instead: record(5) },
    ]);
  });

  it('is not taken from a person who has made a hook with the same URL', () => {
    expect(plan({ found: [found(3)] })).toEqual([{ kind: 'create', aim: AIM, afterId: 3 }]);
  });
});

describe('a hook whose creation nobody lived to record', () => {
  it('is adopted, and made as declared', () => {
    const records = [pending(3)];
    expect(plan({ records, found: [found(3), found(5)] })).toEqual([
      { kind: 'adopt', record: records[0], id: 5 },
    ]);
    expect(plan({ records, found: [found(5, { password: 'other' })] })).toMatchObject([
      { kind: 'adopt', id: 5 },
      { kind: 'change', id: 5, record: record(5) },
    ]);
  });

  it('is known by the URL that it was created with', () => {
    const records = [pending(3, 'https://former')];
    expect(plan({ records, found: [found(5, { url: 'https://former' }), found(6)] })).toMatchObject([
      { kind: 'adopt', id: 5 },
      { kind: 'change', id: 5, aim: AIM },
    ]);
  });

  it('is none that another record has', () => {
    const records = [pending(3)];
    expect(plan({ records, found: [found(5), found(6)], claimed: new Set([5]) })).toMatchObject([
      { kind: 'adopt', id: 6 },
    ]);
  });

  it('is created if it does not exist, and the former record is replaced', () => {
    expect(plan({ records: [pending(3)], found: [found(3), found(8, { url: 'https://a' })] })).toEqual([
      { kind: 'create', aim: AIM, afterId: 8, instead: pending(3) },
    ]);
  });

  it('is deleted if nobody wants it any more', () => {
    const records = [pending(3)];
    expect(plan({ aims: [], records, found: [found(5)] })).toEqual([
      { kind: 'delete', record: records[0], id: 5 },
    ]);
    expect(plan({ aims: [], records })).toEqual([{ kind: 'forget', record: records[0] }]);
  });
});

describe('a hook that should not exist', () => {
  it('is deleted by its id, even if a list does not have it, and no other is', () => {
    const records = [record(5, 'team/robot')];
    const step = { kind: 'delete', record: records[0], id: 5 };
    expect(plan({ aims: [], records, found: [found(5), found(6)] })).toEqual([step]);
    expect(plan({ aims: [], records, found: [found(6)] })).toEqual([step]);
  });

  it('goes before another one comes', () => {
    const records = [record(5, 'team/robot')];
    expect(plan({ records, found: [found(5)] }).map(({ kind }) => kind)).toEqual(['delete', 'create']);
  });

  it('is the second one of the same robot', () => {
    expect(plan({ records: [record(5), record(6)], found: [found(5), found(6)] })).toEqual([
      { kind: 'delete', record: record(6), id: 6 },
    ]);
  });
});
