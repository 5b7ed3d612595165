import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decide } from '../decide.ts';
import { readLiveState } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { settled } from '../testing/fixtures.ts';
import {
  LENT_EVENT,
  lent,
  OWN_EVENT,
  OWNER,
  TO_LENT,
  TO_OWN,
  twoTeams,
  USER,
  usersPart,
  uses,
  WITH_USER,
  words,
} from '../testing/sharing.ts';

const LENT = `dt_${OWNER}_lent`;

const consent = fc.constantFrom(undefined, WITH_USER, { namespaces: ['team-*'] }, { namespaces: [OWNER] });
const isShared = (given: { readonly namespaces: string[] } | undefined) =>
  given?.namespaces.some((pattern) => [USER, 'team-*'].includes(pattern)) === true;

/** The possible resources of the two teams at one time. */
const scene = fc.record({
  robot: fc.record({
    given: consent,
    state: fc.constantFrom({}, {}, { suspend: true }, { timeZone: 'Nowhere/Here' }, null),
  }),
  template: fc.record({
    given: consent,
    state: fc.constantFrom({}, {}, { message: { text: { content: '{{x}}' } } }, null, null),
  }),
  robots: fc.constantFrom(TO_OWN, TO_LENT, [...TO_OWN, ...TO_LENT]),
  events: fc.subarray([OWN_EVENT, LENT_EVENT, { trigger: 'nonsense' }], { minLength: 1 }),
});
type Scene = typeof scene extends fc.Arbitrary<infer Value> ? Value : never;

const ofOwner = {
  ...uses({ robots: [{ name: 'lent' }], events: [{ ...LENT_EVENT, template: { name: 'words' } }] }),
  metadata: { ...uses().metadata, namespace: OWNER, uid: '0aaaaaaa-0000' },
};

function resources({ robot, template, robots, events }: Scene, generation: number) {
  const [own] = twoTeams({}).robots;
  return {
    robots: [...(own ? [own] : []), ...(robot.state ? [lent(robot.given, robot.state)] : [])],
    templates: template.state ? [words(template.given, template.state)] : [],
    subscriptions: [uses({ robots: [...robots], events }, generation), ofOwner],
  };
}

const ownersPart = ({ target }: Snapshot) => {
  const { services, events, entries } = readLiveState(target);
  return [
    services.get(`${OWNER}/lent`),
    events.get(`${OWNER}/news`),
    entries.filter(({ triggers }) => triggers.some((name) => name.startsWith(`dt_${OWNER}_`))),
  ];
};

it('through any history, nothing outlives its owner’s consent, and its users change nothing for the owner', () => {
  const seen = { shared: 0, kept: 0, withdrawn: 0 };
  fc.assert(
    fc.property(fc.array(scene, { minLength: 8, maxLength: 12 }), (history) => {
      let before = twoTeams({});
      let alone = twoTeams({});
      for (const [index, now] of history.entries()) {
        const { robots, templates, subscriptions } = resources(now, index + 1);
        const had = usersPart(before);
        before = settled({ ...before, robots, templates, subscriptions }, 60_000);
        alone = settled({ ...alone, robots, templates, subscriptions: [ofOwner] }, 60_000);
        expect(ownersPart(before)).toEqual(ownersPart(alone));

        const part = usersPart(before);
        const text = JSON.stringify(part);
        if (!now.robot.state || !isShared(now.robot.given)) expect(text).not.toContain(LENT);
        if (now.template.state && !isShared(now.template.given)) {
          expect(text).not.toContain('words of the owner');
          if (JSON.stringify(had).includes('words of the owner')) seen.withdrawn += 1;
        } else if (text.includes('words of the owner')) {
          if (now.template.state) seen.shared += 1;
          else seen.kept += 1;
        }
        expect(part.triggers).toEqual(Object.keys(part.messages));
        for (const services of Object.values(part.messages)) expect(services).toEqual(part.recipients);
        const again = { ...before, now: new Date(before.now.getTime() - 60_000) };
        expect(decide(again).writes.steps).toEqual([]);
      }
    }),
    { numRuns: 90 },
  );
  // The random cases have covered everything that the test is about.
  expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
});
