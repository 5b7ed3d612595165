import { describe, expect, it } from 'vitest';
import { type WayFacts, wayOf } from './ways.ts';

const NOW = 1_764_550_000;
const DIRECT: WayFacts = {
  isForRelay: false,
  isSent: true,
  sentSince: NOW - 9_000,
  isUnsent: false,
  isRouted: false,
  isReady: false,
  mark: undefined,
  isFull: false,
  hasFollower: false,
  writeInterval: 1,
  now: NOW,
};
const way = (facts: Partial<WayFacts>) => wayOf({ ...DIRECT, ...facts });

it('is Argo CD’s or the relay’s without a move', () => {
  expect(way({})).toEqual({ isDirect: true, isRelayed: false });
  expect(way({ isSent: false })).toEqual({ isDirect: true, isRelayed: false });
  const relayed = { isDirect: false, isRelayed: true };
  expect(way({ isForRelay: true, isSent: false })).toEqual(relayed);
  expect(way({ isForRelay: true, isSent: false, isRouted: true })).toEqual(relayed);
});

describe('to the relay', () => {
  const move = (facts: Partial<WayFacts>) => way({ isForRelay: true, ...facts });

  it('first has a mark, then a route, and is Argo CD’s until the relay is ready', () => {
    expect(move({})).toEqual({ isDirect: true, isRelayed: false, mark: 0 });
    expect(move({ mark: 0 })).toEqual({ isDirect: true, isRelayed: true, mark: 0 });
    expect(move({ mark: 0, isRouted: true })).toEqual({ isDirect: true, isRelayed: true, mark: 0 });
    expect(move({ mark: 0, isRouted: true, isReady: true })).toEqual({ isDirect: false, isRelayed: true });
  });

  it('waits while too many others are on the move', () => {
    expect(move({ isFull: true })).toEqual({ isDirect: true, isRelayed: false });
    expect(move({ isFull: true, mark: 0, isRouted: true })).toMatchObject({ mark: 0, isRelayed: true });
  });

  it('takes a robot that was about to leave, whose route tells of older events still', () => {
    const leaving = { isRouted: true, mark: NOW - 10 };
    expect(move(leaving)).toEqual({ isDirect: true, isRelayed: true, mark: NOW - 10 });
    expect(move({ ...leaving, isReady: true })).toEqual({ isDirect: false, isRelayed: true });
  });

  it('starts anew with a mark of an earlier move', () => {
    expect(move({ mark: NOW - 500 })).toEqual({ isDirect: true, isRelayed: false, mark: 0 });
  });
});

describe('back from the relay', () => {
  const routed = { isRouted: true, isReady: true };
  const unsent = { ...routed, isSent: false, sentSince: undefined };

  it('counts from a moment in the future, unless other robots have the triggers', () => {
    expect(way({ ...unsent, isUnsent: true })).toEqual({ isDirect: true, isRelayed: true, since: NOW + 22 });
    expect(way(unsent)).toEqual({ isDirect: true, isRelayed: true, since: NOW });
    expect(way({ ...unsent, isFull: true })).toEqual({ isDirect: false, isRelayed: true });
  });

  it('keeps the route for events from before that moment, and for who recovers', () => {
    const since = NOW + 20;
    const both = { isDirect: true, isRelayed: true, mark: since };
    expect(way({ ...routed, sentSince: since })).toEqual({ ...both, nextAt: since + 300 });
    expect(way({ ...routed, mark: since, now: since + 59 })).toEqual({ ...both, nextAt: since + 300 });
    expect(way({ ...routed, mark: since, hasFollower: true, now: since + 300 })).toEqual({
      ...both,
      nextAt: since + 3_600,
    });
    expect(way({ ...routed, sentSince: undefined })).toMatchObject({ mark: NOW });
  });

  it('keeps the mark for a relay that does not know yet that its route is gone', () => {
    const mark = NOW + 20;
    const direct = { isDirect: true, isRelayed: false };
    expect(way({ ...routed, mark, now: mark + 300 })).toEqual({ ...direct, mark });
    const end = mark + 4_200;
    expect(way({ mark, now: end - 1 })).toEqual({ ...direct, mark, nextAt: end });
    expect(way({ mark, now: end })).toEqual(direct);
  });

  it('leaves nothing to the relay if Argo CD has never stopped', () => {
    expect(way({ isRouted: true, mark: 0 })).toEqual({ isDirect: true, isRelayed: false, mark: 0 });
    expect(way({ mark: 0 })).toMatchObject({ isDirect: true, isRelayed: false, mark: NOW });
  });
});
