import { describe, expect, it } from 'vitest';
import type { ApplicationCriteria } from '../../api/types.generated.ts';
import { projectSubscriptions, readProjectSubscriptions } from '../../argocd/project-annotation.ts';
import { decide } from '../decide.ts';
import type { LiveProject, Snapshot } from '../model/snapshot.ts';
import {
  config,
  liveObject,
  NAMESPACE,
  robot,
  settled,
  snapshot,
  subscription,
} from '../testing/fixtures.ts';
import { removalOf } from '../writes/removal.ts';

const SERVICE = `dt_${NAMESPACE}_payments`;
const entry = { triggers: [`${SERVICE}_on-sync-failed`], recipients: [SERVICE] };
const VALUE = `[{"trigger":["${SERVICE}_on-sync-failed"],"destinations":[{"service":"${SERVICE}","recipients":[""]}]}]`;
const annotating = config({
  routing: { projects: 'Annotation' },
  tenancy: { projects: { 'pay*': [NAMESPACE] } },
});
const projects = (...names: string[]): ReadonlyMap<string, LiveProject> =>
  new Map(names.map((name) => [name, { resourceVersion: '1' }]));
const about = (applications: ApplicationCriteria, known = projects('payments', 'payroll', 'other')) =>
  snapshot({
    config: annotating,
    robots: [robot()],
    subscriptions: [subscription({}, { applications })],
    target: { configMap: liveObject(), secret: liveObject(), projects: known },
  });
const kinds = (before: Snapshot) =>
  decide(before).writes.steps.map((step) => (step.kind === 'apply' ? step.object : step.kind));
const annotations = ({ target }: Snapshot) =>
  [...(target.projects ?? [])].flatMap(([name, { annotation }]) => (annotation ? [[name, annotation]] : []));

it('are written as Argo CD reads them', () => {
  expect(projectSubscriptions([entry])).toBe(VALUE);
  expect(readProjectSubscriptions(VALUE)).toEqual([entry]);
});

it.each(['', '{', '{}', '[null, 1, {"trigger": "x"}]', '[{"trigger":["a"],"destinations":null}]'])(
  'that somebody has edited into %j are none',
  (text) => expect(readProjectSubscriptions(text)).toEqual([]),
);

it('without a recipient send nothing, and so are not there', () => {
  const empty = VALUE.replace('[""]', '[]');
  expect(readProjectSubscriptions(empty)).toEqual([{ ...entry, recipients: [] }]);
});

describe('a subscription to granted projects', () => {
  const fresh = about({ projects: ['payments', 'payroll'] });

  it('goes to the annotations, and leaves the shared key once they are there', () => {
    expect(kinds(fresh)).toEqual(['Secret', 'ConfigMap', 'subscriptions', 'project', 'project']);
    const once = settled(fresh);
    expect(annotations(once)).toEqual([
      ['payments', VALUE],
      ['payroll', VALUE],
    ]);
    expect(once.target.configMap?.data.subscriptions).toContain(SERVICE);
    expect(kinds(once)).toEqual(['subscriptions']);
    const twice = settled(once);
    expect(twice.target.configMap?.data.subscriptions).toBeUndefined();
    expect(kinds(twice)).toEqual([]);
    expect(kinds(settled(twice, 60_000))).toEqual([]);
  });

  const live = settled(settled(fresh));

  it('gets no message about earlier events', () => {
    const trigger = `trigger.${entry.triggers[0]}`;
    const later = decide({ ...live, serverTime: new Date(live.serverTime.getTime() + 60_000) });
    expect(later.plan.configMap[trigger]).toBe(live.target.configMap?.data[trigger]);
  });

  it.each<[string, LiveProject]>([
    ['removed', { resourceVersion: '2' }],
    ['edited', { resourceVersion: '2', annotation: 'x: [' }],
  ])('has its entry again while an annotation is %s, until it is put back', (_, project) => {
    const edited = {
      ...live,
      target: { ...live.target, projects: new Map(live.target.projects).set('payments', project) },
    };
    expect(kinds(edited)).toEqual(['subscriptions', 'project']);
    expect(settled(settled(edited)).target.configMap?.data).toEqual(live.target.configMap?.data);
  });

  it('goes back to the shared key when a project is gone', () => {
    const gone = { ...live, target: { ...live.target, projects: new Map(live.target.projects) } };
    gone.target.projects.delete('payroll');
    const after = settled(gone);
    expect(annotations(after)).toEqual([]);
    expect(after.target.configMap?.data.subscriptions).toContain(SERVICE);
  });

  it('stays where it is while a newer version is refused', () => {
    const broken = subscription(
      { generation: 2 },
      { applications: { projects: ['payments'] }, events: [{ trigger: 'nonsense' }] },
    );
    expect(decide({ ...live, subscriptions: [broken] }).writes.steps).toEqual([]);
  });

  it('leaves nothing behind', () => {
    const after = settled({ ...live, subscriptions: [] });
    expect(annotations(after)).toEqual([]);
    expect(kinds(after)).toEqual([]);
    const removal = removalOf(live.target);
    expect(removal.projects).toEqual(['payments', 'payroll']);
    expect(removal.steps.filter(({ kind }) => kind === 'project')).toEqual(
      removal.projects.map((name) => ({
        kind: 'project',
        name,
        resourceVersion: '1',
        annotation: undefined,
      })),
    );
  });

  it('is no costly route', () => {
    const { limits } = annotating;
    const none = { ...annotating, limits: { ...limits, unscopedTriggers: 0 } };
    const reasonsOf = (before: Snapshot) =>
      decide(before).resolution.subscriptions[0]?.verdict.warnings.map(({ reason }) => reason);
    expect(reasonsOf({ ...fresh, config: none })).toEqual([]);
    const byCondition = { ...none, routing: { projects: 'Condition' as const } };
    expect(reasonsOf({ ...fresh, config: byCondition })).toEqual(['CostlyRoute']);
  });
});

it.each<[string, Snapshot]>([
  ['no projects are named', about({ all: true })],
  ['one is not granted', about({ projects: ['payments', 'other'] })],
  ['one does not exist', about({ projects: ['payments', 'payless'] })],
  ['there is a selector', about({ projects: ['payments'], selector: { matchLabels: { a: 'b' } } })],
  ['the installation does not want it', { ...about({ projects: ['payments'] }), config: config() }],
])('stands in the shared key alone where %s', (_, before) => {
  expect(kinds(before)).toEqual(['Secret', 'ConfigMap', 'subscriptions']);
  expect(kinds(settled(before))).toEqual([]);
});
