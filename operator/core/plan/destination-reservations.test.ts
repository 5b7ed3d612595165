import { describe, expect, it } from 'vitest';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { liveObject, settled } from '../testing/fixtures.ts';
import { outcome, sub, teams } from './testing/teams.ts';

const [OK, REFUSED, KEPT] = ['ok live', 'TooManyDestinations', 'TooManyDestinations live'];

describe('live destinations', () => {
  const full = settled(
    teams({
      subscriptions: [sub('team-a', 'x', 15, { all: true }, 5), sub('team-a', 'y', 10, { all: true }, 6)],
    }),
  );

  it('are not pushed out, however old the newcomer is', () => {
    const subscriptions = [...full.subscriptions, sub('team-a', 'older', 5)];
    expect(outcome({ ...full, subscriptions })).toEqual({
      'team-a/older': REFUSED,
      'team-a/x': OK,
      'team-a/y': OK,
    });
  });

  it('stay unchanged when they grow too much, and no other subscription gets their room', () => {
    const grown = sub('team-a', 'x', 16, { all: true }, 5);
    const newcomer = sub('team-a', 'z', 1, { all: true }, 7);
    const subscriptions = [grown, ...full.subscriptions.slice(1), newcomer];
    expect(outcome({ ...full, subscriptions })).toEqual({
      'team-a/x': KEPT,
      'team-a/y': OK,
      'team-a/z': REFUSED,
    });
  });

  it('keep their applications when an edit that widens them is refused', () => {
    const named = (name: string) => sub('team-a', name, 20, { names: [name] });
    const live = settled(teams({ subscriptions: [named('x'), named('y')] }));
    const wide = sub('team-a', 'x', 20);
    const edited = { ...named('y'), metadata: { ...named('y').metadata, generation: 2 } };
    for (const y of [named('y'), edited]) {
      expect(outcome({ ...live, subscriptions: [wide, y] })).toEqual({ 'team-a/x': KEPT, 'team-a/y': OK });
    }
  });

  it('keeps its room while its newest version is broken, and the criteria are the same', () => {
    const named = (name: string, minute: number) => sub('team-a', name, 20, { names: [name] }, minute);
    const live = settled(teams({ subscriptions: [named('x', 1), named('y', 2)] }));
    const broken = { ...named('x', 1), spec: { ...named('x', 1).spec, events: [{ trigger: 'nonsense' }] } };
    const other = (name: string) => sub('team-a', 'z', 20, { names: [name] }, 3);
    const with_ = (name: string) => ({ ...live, subscriptions: [broken, named('y', 2), other(name)] });
    expect(outcome(with_('x'))).toEqual({
      'team-a/x': 'UnknownTrigger live',
      'team-a/y': OK,
      'team-a/z': REFUSED,
    });
    expect(outcome(with_('elsewhere'))['team-a/z']).toBe(OK);
  });

  it('goes, the newest first, when others take its room', () => {
    const data = {
      ...full.target.configMap?.data,
      subscriptions: `- {recipients: [a, b, c], triggers: [t, t, t, t, t, t]}\n${full.target.configMap?.data.subscriptions}`,
    };
    expect(outcome({ ...full, target: { ...full.target, configMap: liveObject(data) } })).toEqual({
      'team-a/x': OK,
      'team-a/y': REFUSED,
    });
  });

  it('gives its room to the next one when it leaves', () => {
    const next = sub('team-a', 'z', 15, { all: true }, 7);
    expect(
      outcome({ ...full, subscriptions: [full.subscriptions[1], next] as NotificationSubscription[] }),
    ).toEqual({
      'team-a/y': OK,
      'team-a/z': OK,
    });
  });
});
