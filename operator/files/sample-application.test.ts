import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import type { ApplicationSubscription } from '../api/kinds.ts';
import { accessCondition } from '../core/resolve/access-condition.ts';
import { criteriaExpression } from '../core/resolve/criteria.ts';
import { NOW, subscription } from '../core/testing/fixtures.ts';
import { createEngine } from '../engine/client.ts';
import type { Engine } from '../engine/types.ts';
import { CATALOGUE } from '../message/catalogue/catalogue.ts';
import { eventClause } from '../message/catalogue/trigger.ts';
import { evaluateTriggers } from './evaluation.ts';
import { SAMPLED_TRIGGERS, type SampleFile, sampleApplication } from './sample-application.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine.close());

async function evaluate(when: string, app: SampleFile) {
  const configMap = { 'template.t': 'message: x', 'trigger.t': JSON.stringify([{ when, send: ['t'] }]) };
  const evaluation = await evaluateTriggers(engine, { configMap, app }, ['t'], NOW);
  return evaluation.ok ? evaluation.conditions.get('t')?.[0] : evaluation;
}

describe('the sample for', () => {
  it.each(CATALOGUE.map((trigger) => [trigger.name, trigger] as const))(
    '%s makes it fire',
    async (name, trigger) => {
      expect(SAMPLED_TRIGGERS).toContain(name);
      const since = '2026-11-23T07:00:00Z';
      const when = `${trigger.condition} and ${eventClause(trigger.eventTime, since, 600)}`;
      expect(await evaluate(when, sampleApplication(name, subscription(), NOW))).toMatchObject({
        triggered: true,
      });
    },
  );

  it('a resource has no health, as Argo CD 3 writes it', () => {
    const { status } = sampleApplication('on-health-degraded', subscription(), NOW) as {
      status: { resources: object[] };
    };
    expect(status.resources).toHaveLength(2);
    for (const resource of status.resources) expect(resource).not.toHaveProperty('health');
  });

  it('all triggers that the API names', () => {
    expect(SAMPLED_TRIGGERS).toEqual([
      'on-created',
      'on-deleted',
      'on-deployed',
      'on-health-degraded',
      'on-health-recovered',
      'on-health-suspended',
      'on-sync-failed',
      'on-sync-running',
      'on-sync-status-unknown',
      'on-sync-succeeded',
    ]);
  });

  it.each<ApplicationSubscription['spec']['applications']>([
    { all: true },
    { names: ['pay-*'] },
    { names: ['*'], destinationNamespaces: ['team-payments'] },
    { namespaces: ['team-payments'], destinationNamespaces: ['pa?'] },
    { clusters: ['in-cluster'], projects: ['default'] },
    {
      selector: {
        matchLabels: { tier: 'gold' },
        matchExpressions: [
          { key: 'team', operator: 'In', values: ['a', 'b'] },
          { key: 'phase', operator: 'Exists' },
          { key: 'gone', operator: 'DoesNotExist' },
          { key: 'tier', operator: 'NotIn', values: ['silver'] },
        ],
      },
    },
  ])('%j meets it, and may be heard of', async (applications) => {
    const cr = subscription({}, { applications });
    const criteria = criteriaExpression(applications) ?? 'true';
    const when = `(${accessCondition(cr.metadata.namespace, [], [])}) and (${criteria})`;
    expect(await evaluate(when, sampleApplication('on-deployed', cr, NOW))).toMatchObject({
      triggered: true,
    });
  });

  it('may be heard of where destinations are ignored', async () => {
    const cr = subscription({}, { applications: { all: true } });
    const when = accessCondition(cr.metadata.namespace, [], undefined);
    const sample = sampleApplication('on-deployed', cr, NOW, 'Ignored');
    expect(await evaluate(when, sample)).toMatchObject({ triggered: true });
  });
});
