import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { CATALOGUE } from '../../message/catalogue/catalogue.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { afterWrites, NAMESPACE, robot, settled, snapshot, subscription } from '../testing/fixtures.ts';

const NAME = `dt_${NAMESPACE}_payments`;
const NOTES = 'notified.notifications.argoproj.io';

/** The fields of each trigger of a subscription, by its event's name. */
function triggersOf(before: Snapshot): Record<string, { when: string; oncePer?: string }> {
  const entries = Object.entries(decide(before).plan.configMap).filter(([key]) => key.startsWith('trigger.'));
  return Object.fromEntries(
    entries.map(([key, value]) => [key.slice(`trigger.${NAME}_`.length), JSON.parse(value)[0]]),
  );
}

const withEvents = (...triggers: string[]) =>
  snapshot({
    robots: [robot()],
    subscriptions: [subscription({}, { events: triggers.map((trigger) => ({ trigger })) })],
  });

describe('events that look at each other’s sends', () => {
  const both = ['on-health-degraded', 'on-health-recovered'];
  const LATER = '2026-11-23T08:10:00Z';

  it('keep their conditions when nothing changes', () => {
    const once = settled(withEvents(...both));
    expect(triggersOf(settled(once, 600_000))).toEqual(triggersOf(once));
  });

  it('count from one moment on, even if somebody has edited only one of them', () => {
    const before = settled(withEvents(...both), 600_000);
    const key = `trigger.${NAME}_on-health-degraded`;
    const { configMap } = afterWrites(before);
    if (!configMap) throw new Error('there is no ConfigMap');
    const edited = { ...configMap.data, [key]: `${configMap.data[key]}`.replace("'Degraded'", "'Missing'") };
    const target = { ...before.target, configMap: { ...configMap, data: edited } };
    const triggers = triggersOf({ ...before, target });
    for (const trigger of both) expect(triggers[trigger]?.when).toContain(`'${LATER}'`);
  });

  it('may be called otherwise, and be several', () => {
    const events = [
      { trigger: 'on-health-degraded', name: 'down' },
      { trigger: 'on-health-degraded', name: 'down-too' },
      { trigger: 'on-health-recovered', name: 'up' },
    ];
    const triggers = triggersOf(
      snapshot({ robots: [robot()], subscriptions: [subscription({}, { events })] }),
    );
    expect(triggers.up?.when).toContain(`'^(${NAME}_down|${NAME}_down-too):`);
    expect(triggers.down?.when).toContain(`'^(${NAME}_down):`);
    expect(triggers['down-too']?.when).toContain(`'^(${NAME}_down-too):`);
  });
});

describe('in Argo CD’s engine', () => {
  let engine: Engine;
  beforeAll(() => {
    engine = createEngine({ program: locateEngine(), deadlineMs: 20_000 });
  });
  afterAll(() => engine.close());

  const { configMap } = decide(withEvents(...CATALOGUE.map(({ name }) => name))).plan;

  /** The events that the engine would send for an Application of the team. */
  async function triggered(app: Record<string, unknown>): Promise<string[]> {
    const answer = await engine.evaluate({ configMap, secret: {}, app });
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    const hits = answer.triggers.filter(({ conditions }) => conditions.some((each) => each.triggered));
    return hits.map(({ name }) => name.slice(NAME.length + 1)).sort();
  }

  const LATER = '2999-01-01T00:00:00Z';
  const EARLIER = '2026-11-23T08:00:00Z';
  const spec = { project: 'payments' };
  const health = (status: string, lastTransitionTime = LATER) => ({
    spec,
    status: { health: { status, lastTransitionTime } },
  });
  const note = (
    seconds = 1795420811,
    key = `${NAME}_on-health-degraded:[0].9XJ-_0:${NAME}:`,
  ): Record<string, unknown> => ({
    metadata: { annotations: { [NOTES]: JSON.stringify({ other: 1, [key]: seconds }) } },
  });

  it.each([
    ['nothing at all', {}, []],
    ['nulls', { metadata: null, spec, status: { health: null, operationState: null, conditions: null } }, []],
    ['a new application', { metadata: { creationTimestamp: LATER }, spec }, ['on-created']],
    ['an old application', { metadata: { creationTimestamp: EARLIER }, spec }, []],
    ['one that goes', { metadata: { deletionTimestamp: LATER }, spec }, ['on-deleted']],
    ['one that has been going for long', { metadata: { deletionTimestamp: EARLIER }, spec }, []],
    ['one that waits', health('Suspended'), ['on-health-suspended']],
    ['one that has waited for long', health('Suspended', EARLIER), []],
    ['one that is damaged', health('Degraded'), ['on-health-degraded']],
    ['one that is healthy', health('Healthy'), []],
    ['one that is healthy after it was told', { ...note(), ...health('Healthy') }, ['on-health-recovered']],
    ['one that was told and is on its way', { ...note(), ...health('Progressing') }, ['on-health-degraded']],
    [
      'one that was told long ago and is still damaged',
      { ...note(), ...health('Degraded', EARLIER) },
      ['on-health-degraded'],
    ],
    ['one that was told before the subscription changed', { ...note(1795420810), ...health('Healthy') }, []],
    ['… and is on its way', { ...note(1795420810), ...health('Progressing') }, []],
    [
      'one that another robot was told of',
      { ...note(1795420811, `${NAME}_on-health-degraded:[0].x:dt_other:`), ...health('Healthy') },
      [],
    ],
    [
      'one that another subscription told of',
      { ...note(1795420811, `x${NAME}_on-health-degraded:[0].x:${NAME}:`), ...health('Healthy') },
      [],
    ],
    [
      'notes that are no JSON',
      { metadata: { annotations: { [NOTES]: '{' } }, ...health('Degraded') },
      ['on-health-degraded'],
    ],
    ['notes that are a list', { metadata: { annotations: { [NOTES]: '[]' } }, ...health('Healthy') }, []],
  ] as [string, Record<string, unknown>, string[]][])('%s', async (_, app, events) => {
    expect(await triggered(app)).toEqual(events);
  });
});
