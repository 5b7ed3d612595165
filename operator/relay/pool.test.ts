import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import { groupOf, type LastAnswer } from './model.ts';
import { chooseMember, isFailure, memberKey, membersOf, otherMember, type PoolFacts } from './pool.ts';

const MINUTE = 60_000;
const NOW = 1_700_000_000_000;
const ROBOT = 'team-a/robot';
const webhook = (key: string) => ({ webhook: { name: 'pool', key } });
const MEMBERS = [...membersOf(ROBOT, { ...webhook('0'), pool: [webhook('1'), webhook('2')] }).keys()];
const [A, B, C] = MEMBERS as [string, string, string];

const OK: DeliveryOutcome = { reason: 'Delivering', class: 'ok', errcode: 0 };
const DEAD: DeliveryOutcome = { reason: 'TokenUnknown', class: 'final', errcode: 300_005 };

const answer = (robot: string, outcome: DeliveryOutcome, minutesAgo = 0, isIdle = true): LastAnswer => ({
  ...{ robot, outcome, isIdle },
  at: NOW - minutesAgo * MINUTE,
});
const facts = (...answers: readonly LastAnswer[]): PoolFacts => ({
  answers: new Map(answers.map((each) => [each.robot, each])),
  now: NOW,
});
const about = (applicationUid: string, isHeld = false) => ({ applicationUid, isHeld });
const uids = Array.from({ length: 600 }, (_, n) => `uid-${n}`);
const chosen = (given: PoolFacts, members: readonly string[] = MEMBERS) =>
  new Map(uids.map((uid) => [uid, chooseMember(members, about(uid), given)]));
/** An Application that goes to a member as long as all work. */
const usual = chosen(facts());
const uidOf = (member: string): string => uids.find((uid) => usual.get(uid) === member) as string;

describe('the keys of a pool', () => {
  it('name the robot, do not depend on the order, and tell nothing of a Secret', () => {
    expect(A).toBe(ROBOT);
    expect(B).toMatch(/^team-a\/robot#[0-9a-f]{16}$/);
    expect(new Set(MEMBERS).size).toBe(3);
    expect(MEMBERS.map(groupOf)).toEqual([ROBOT, ROBOT, ROBOT]);
    const turned = membersOf(ROBOT, { ...webhook('0'), pool: [webhook('2'), webhook('1')] });
    expect([...turned.keys()]).toEqual([A, C, B]);
    expect(memberKey(ROBOT, { webhook: { name: 'a', key: 'b' } })).not.toBe(
      memberKey(ROBOT, { webhook: { name: 'a"', key: 'b' } }),
    );
  });
});

describe('the member for a message', () => {
  it('is the same for an Application, and each has its part of them', () => {
    const counts = Map.groupBy(chosen(facts()).values(), (member) => member);
    for (const member of MEMBERS) expect(counts.get(member)?.length).toBeGreaterThan(150);
    expect(chosen(facts(answer(B, OK), answer(C, OK, 5, false)))).toEqual(chosen(facts()));
  });

  it('changes for those of the member alone that is taken away or fails', () => {
    const before = chosen(facts());
    for (const after of [chosen(facts(), [A, C]), chosen(facts(answer(B, DEAD)))])
      for (const [uid, member] of before)
        if (member === B) expect([A, C]).toContain(after.get(uid));
        else expect(after.get(uid)).toBe(member);
  });

  it('is a failing one as long as something waits for it, so that nothing overtakes', () => {
    expect(chooseMember(MEMBERS, about(uidOf(B)), facts(answer(B, DEAD, 0, false)))).toBe(B);
  });

  it('is a failing one again after ten minutes if the others have nothing to do, and after an hour anyhow', () => {
    const choose = (minutesAgo: number, ...others: LastAnswer[]) =>
      chooseMember(MEMBERS, about(uidOf(B)), facts(answer(B, DEAD, minutesAgo), ...others));
    expect(choose(9)).not.toBe(B);
    expect(choose(10)).toBe(B);
    expect(choose(10, answer(A, OK, 0, false))).not.toBe(B);
    expect(choose(60, answer(A, OK, 0, false))).toBe(B);
  });

  it('is the first one that works, for what waits for the end of quiet hours', () => {
    for (const uid of uids) expect(chooseMember(MEMBERS, about(uid, true), facts())).toBe(A);
    expect(chooseMember(MEMBERS, about('x', true), facts(answer(A, DEAD)))).toBe(B);
  });

  it('is the usual one if all fail, and the robot itself without a pool', () => {
    const all = facts(answer(A, DEAD), answer(B, DEAD), answer(C, DEAD));
    expect(chosen(all)).toEqual(chosen(facts()));
    expect(chooseMember([A], about('x'), facts(answer(A, DEAD)))).toBe(A);
  });

  it('is one of the pool, whatever is known', () => {
    const outcomes = fc.constantFrom(OK, DEAD);
    const known = fc.array(
      fc.record({
        robot: fc.constantFrom(...MEMBERS, 'other/robot'),
        at: fc.double(),
        outcome: outcomes,
        isIdle: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(known, fc.string(), fc.boolean(), (answers, uid, isHeld) => {
        const given = { answers: new Map(answers.map((each) => [each.robot, each])), now: NOW };
        expect(MEMBERS).toContain(chooseMember(MEMBERS, about(uid, isHeld), given));
        const other = otherMember(A, MEMBERS, about(uid, isHeld), given);
        if (other !== undefined) expect([B, C]).toContain(other);
      }),
    );
  });
});

describe('the other member for a message that one cannot send', () => {
  it('is the one that the Application has from now on', () => {
    const failed = facts(answer(B, DEAD));
    for (const uid of uids.filter((each) => usual.get(each) === B))
      expect(otherMember(B, MEMBERS, about(uid), failed)).toBe(chooseMember(MEMBERS, about(uid), failed));
  });

  it('is none if all others fail, or if there is no other', () => {
    expect(otherMember(B, MEMBERS, about('x'), facts(answer(A, DEAD), answer(C, DEAD, 60)))).toBeUndefined();
    expect(otherMember(A, [A], about('x'), facts())).toBeUndefined();
    expect(otherMember(A, [], about('x'), facts())).toBeUndefined();
  });

  it('is any, for a member that was taken out of the pool', () => {
    expect([A, B]).toContain(otherMember('team-a/robot#gone', [A, B], about('x'), facts()));
  });
});

it.each<[string, DeliveryOutcome, boolean]>([
  ['a dead token', DEAD, true],
  ['a wrong signature', { reason: 'SignatureRejected', class: 'final', errcode: 310_000 }, true],
  ['a Secret that is gone', { reason: 'CredentialsUnreadable', class: 'final' }, true],
  ['a Secret that cannot be read now', { reason: 'CredentialsUnreadable', class: 'retry' }, false],
  ['a throttled robot', { reason: 'Throttled', class: 'retry', errcode: 130_101 }, false],
  ['DingTalk that is away', { reason: 'Unreachable', class: 'retry' }, false],
  ['a proxy in between', { reason: 'UnexpectedAnswer', class: 'retry' }, false],
  ['a refused message', { reason: 'ContentRefused', class: 'final', errcode: 460_101 }, false],
  ['success', OK, false],
])('%s', (_, outcome, fails) => expect(isFailure(outcome)).toBe(fails));
