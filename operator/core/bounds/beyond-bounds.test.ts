import { describe, expect, it } from 'vitest';
import type { OperatorConfiguration } from '../../config/config.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { limited, robot, SILENT, settled, snapshot, subscription, template } from '../testing/fixtures.ts';

type Quota = Partial<OperatorConfiguration['limits']['perNamespace']>;

const { perNamespace } = limited({}).limits;
const bounded = (quota: Quota) => limited({ perNamespace: { ...perNamespace, ...quota } });

const at = (minute: number) => `2026-11-23T07:${String(minute).padStart(2, '0')}:00Z`;
/** Two events for one robot; the newer, the higher the number. */
const two = (minute: number, spec: object = {}) =>
  subscription(
    { name: `s${minute}`, creationTimestamp: at(minute) },
    {
      events: [{ trigger: 'on-sync-failed' }, { trigger: 'on-deployed' }],
      applications: { names: [`s${minute}`] },
      ...spec,
    },
  );
const three = (fields: Partial<Snapshot> = {}) =>
  snapshot({
    robots: [robot({ creationTimestamp: at(0) })],
    // Not in the order of their age.
    subscriptions: [two(3), two(1), two(2)],
    ...fields,
  });
const refusals = (before: Snapshot): Record<string, string | undefined> =>
  Object.fromEntries(
    decide(before).resolution.subscriptions.map(({ cr, verdict }) => [
      cr.metadata.name,
      verdict.refusal?.message,
    ]),
  );
const isBeyond =
  /^The operator reads at most \d+ .* leave no room for the \d+ of this resource, so the operator does not read it/;

const bytesOf = ({ spec }: { readonly spec: object }) => JSON.stringify(spec).length;

describe('the resources of a namespace that the operator reads', () => {
  it.each<[string, Quota]>([
    ['resources', { resources: 3 }],
    ['specBytes', { specBytes: bytesOf(robot()) + bytesOf(two(1)) + bytesOf(two(2)) }],
    ['messages', { messages: 5 }],
    ['questions', { questions: 9 }],
  ])('are bounded in %s, the oldest first', (unit, quota) => {
    const found = refusals(three({ config: bounded(quota) }));
    expect([found.s1, found.s2]).toEqual([undefined, undefined]);
    expect(found.s3).toMatch(isBeyond);
    expect(found.s3).toContain(`limits.perNamespace.${unit}`);
  });

  it('do not count while they are suspended', () => {
    const subscriptions = [two(1, { suspend: true }), two(2, { suspend: true }), two(3)];
    expect(refusals(three({ subscriptions, config: bounded({ messages: 2 }) })).s3).toBeUndefined();
  });

  it('do not depend on other namespaces', () => {
    const others = Array.from({ length: 50 }, (_, index) =>
      subscription({ namespace: 'other', name: `o${index}`, creationTimestamp: at(0) }),
    );
    const before = three({ config: bounded({ messages: 6 }) });
    const found = refusals({ ...before, subscriptions: [...others, ...before.subscriptions] });
    expect([found.s1, found.s2, found.s3]).toEqual([undefined, undefined, undefined]);
    expect(Object.values(found).filter((message) => message?.match(isBeyond)).length).toBe(44);
  });

  it('are the live ones first, also after an edit, and then the oldest', () => {
    const live = settled(three({ subscriptions: [two(3)] }));
    const edited = { ...two(3, { applications: { names: ['edited'] } }) };
    const subscriptions = [two(1), two(2), { ...edited, metadata: { ...edited.metadata, generation: 2 } }];
    const found = refusals({ ...live, subscriptions, config: bounded({ messages: 4 }) });
    expect([found.s1, found.s3]).toEqual([undefined, undefined]);
    expect(found.s2).toMatch(isBeyond);
  });

  it('do not include one that is too large alone, which has to become smaller', () => {
    const found = refusals(three({ config: bounded({ messages: 1 }) }));
    expect(found.s1).toContain('This resource alone has 2, so the operator does not read it.');
    expect(found.s1).not.toContain('by itself');
  });

  it('have the same message, whatever other resources of the namespace change', () => {
    const before = three({ config: bounded({ messages: 2 }) });
    const more = { ...before, subscriptions: [...before.subscriptions, two(4), two(5)] };
    expect(refusals(more)).toMatchObject(refusals(before));
  });
});

describe('resources beyond the bounds', () => {
  it('stay live, byte for byte, whatever the newest version says', () => {
    const live = settled(three());
    const before = { ...live, config: bounded({ messages: 2 }) };
    const { plan, writes, resolution } = decide(before);
    expect(resolution.subscriptions.filter(({ verdict }) => verdict.refusal).length).toBe(2);
    expect(plan.configMap).toEqual(decide(live).plan.configMap);
    expect(writes.steps).toEqual([]);
  });

  it('raise no questions to the engine', () => {
    const raw = template({ namespace: 'argocd', name: 'raw', creationTimestamp: at(9) }, '{{.app}}');
    const own = subscription(
      { namespace: 'argocd', name: 'own', creationTimestamp: at(9) },
      { events: [{ name: 'own', when: 'true' }] },
    );
    const before = snapshot({ templates: [raw], subscriptions: [own], answers: SILENT });
    expect(decide(before).questions.size).toBeGreaterThan(0);
    expect(decide({ ...before, config: bounded({ questions: 0 }) }).questions.size).toBe(0);
  });

  it('include no live robot: its signature is renewed in any case', () => {
    const live = settled(three(), 40 * 60_000);
    const before = { ...live, config: bounded({ resources: 0 }) };
    expect(decide(before).writes.steps).toMatchObject([{ kind: 'apply', object: 'Secret' }]);
    expect(decide(before).resolution.robots[0]?.verdict).toMatchObject({ rollout: 'current' });
  });
});

/** Each with its CPU time, in milliseconds: other processes don't count. */
function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

it('thousands of them take hardly more time than the resources that are read', () => {
  const many = (count: number) =>
    three({
      config: bounded({ resources: 500, specBytes: 500_000, messages: 600, questions: 1_000 }),
      subscriptions: Array.from({ length: count }, (_, index) =>
        subscription(
          {
            name: `s${index}`,
            creationTimestamp: new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString(),
          },
          {
            events: Array.from({ length: 20 }, (_, event) => ({
              trigger: 'on-deployed',
              name: `e${event}-${index}`,
            })),
          },
        ),
      ),
    });
  const few = many(30);
  const thousands = many(2_200);
  decide(few);
  decide(thousands);
  const [a, b] = [cpuOf(() => decide(few)), cpuOf(() => decide(thousands))];
  expect(decide(thousands).resolution.subscriptions.filter(({ events }) => events.length > 0).length).toBe(
    30,
  );
  expect(b).toBeLessThan(3 * a + 150);
});
