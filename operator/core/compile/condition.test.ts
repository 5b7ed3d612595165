import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { CATALOGUE } from '../catalogue/triggers.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../snapshot.ts';
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

/**
 * A condition's bytes are part of the key by which Argo CD knows what it has sent. Whoever changes one of these has
 * every subscription start anew; so they are written down here, and not computed.
 */
describe('the bytes of a condition', () => {
  const SCOPE =
    "((app.metadata?.namespace == 'team-payments') or (app.spec?.destination?.namespace == 'team-payments' and " +
    "(app.spec?.destination?.server == 'https://kubernetes.default.svc' or app.spec?.destination?.name == 'in-cluster')) " +
    "or ((app.spec?.project ?? '') in ['payments'])) and ((app.spec?.project ?? '') in ['payments'])";
  const newer = (time: string) =>
    `(${time} ?? '') > '2026-11-23T08:00:00Z' and time.Now().Sub(time.Parse(${time})).Seconds() < 86400`;
  const HEALTH_CHANGED = newer('app.status?.health?.lastTransitionTime');
  const FINISHED = newer('app.status?.operationState?.finishedAt');
  const SENT =
    "any(toPairs(fromJSON(app.metadata?.annotations?.['notified.notifications.argoproj.io'] ?? '{}')), #[0] matches " +
    "'^(dt_team-payments_payments_on-health-degraded):[[]0[]][.][^:]+:(dt_team-payments_payments):$' and #[1] > 1795420810)";

  const GOLDEN: Readonly<Record<string, string>> = {
    'on-created': `${SCOPE} and app.metadata?.creationTimestamp != nil and ${newer('app.metadata?.creationTimestamp')}`,
    'on-deleted': `${SCOPE} and app.metadata?.deletionTimestamp != nil and ${newer('app.metadata?.deletionTimestamp')}`,
    'on-deployed': `${SCOPE} and app.status?.operationState?.phase == 'Succeeded' and app.status?.health?.status == 'Healthy' and ${FINISHED}`,
    'on-health-degraded': `${SCOPE} and app.status?.health?.status == 'Degraded' and ${HEALTH_CHANGED}`,
    'on-health-suspended': `${SCOPE} and app.status?.health?.status == 'Suspended' and ${HEALTH_CHANGED}`,
    'on-sync-failed': `${SCOPE} and app.status?.operationState?.phase in ['Error', 'Failed'] and ${FINISHED}`,
    'on-sync-running': `${SCOPE} and app.status?.operationState?.phase == 'Running' and ${newer('app.status?.operationState?.startedAt')}`,
    'on-sync-status-unknown': `${SCOPE} and app.status?.sync?.status == 'Unknown' and any(app.status?.conditions ?? [], ${newer('#?.lastTransitionTime')})`,
    'on-sync-succeeded': `${SCOPE} and app.status?.operationState?.phase == 'Succeeded' and ${FINISHED}`,
  };

  it.each(Object.entries(GOLDEN))('of %s are what they were', (trigger, when) => {
    expect(triggersOf(withEvents(trigger))[trigger]?.when).toBe(when);
  });

  it('of on-health-recovered, and of what it follows, are what they were', () => {
    const triggers = triggersOf(withEvents('on-health-degraded', 'on-health-recovered'));
    expect(triggers['on-health-recovered']?.when).toBe(
      `${SCOPE} and app.status?.health?.status == 'Healthy' and ${HEALTH_CHANGED} and ${SENT}`,
    );
    expect(triggers['on-health-degraded']?.when).toBe(
      `${SCOPE} and (app.status?.health?.status == 'Degraded' and ${HEALTH_CHANGED} or not (app.status?.health?.status == 'Healthy') and ${SENT})`,
    );
  });

  it('are written down for all triggers', () => {
    const names = [...Object.keys(GOLDEN), 'on-health-recovered'].sort();
    expect(CATALOGUE.map(({ name }) => name)).toEqual(names);
  });
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
    engine = createEngine({ wasmPath: locateEngine() });
  });
  afterAll(() => engine.close());

  const { configMap } = decide(withEvents(...CATALOGUE.map(({ name }) => name))).plan;

  /** The events of which the engine would tell for an Application of the team. */
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
