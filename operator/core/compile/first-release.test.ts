import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { locateEngine } from '../../../engine/locate.ts';
import type { ApplicationSubscription } from '../../api/kinds.ts';
import { decideFully } from '../../cluster/decide-fully.ts';
import { engineAsker, Gate } from '../../cluster/gate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { createLogger } from '../../lib/logger.ts';
import { CATALOGUE } from '../../message/catalogue/catalogue.ts';
import {
  config,
  credentials,
  found,
  robot,
  SECRET,
  snapshot,
  subscription,
  TOKEN,
} from '../testing/fixtures.ts';

/**
 * Argo CD knows what it has sent by names and bytes that are ours. testdata/first-release.yaml has them as the first
 * release wrote them; a release that writes others would have every subscription of that form start anew.
 */

interface Recorded {
  readonly title: string;
  readonly namespace: string;
  readonly name: string;
  /** As tenancy.projects. */
  readonly projects: Record<string, string[]>;
  readonly maxEventAge: string;
  readonly since: string;
  readonly robots: readonly string[];
  readonly applications: ApplicationSubscription['spec']['applications'];
  readonly events: ApplicationSubscription['spec']['events'];
  readonly secretKeys: readonly string[];
  readonly services: readonly string[];
  readonly recipients: readonly string[];
  readonly triggers: Record<string, readonly object[]>;
}

const FILE = new URL('testdata/first-release.yaml', import.meta.url);
const recorded = (parse(readFileSync(FILE, 'utf8')) as { readonly cases: readonly Recorded[] }).cases;

let engine: Engine;
let gate: Gate;
beforeAll(() => {
  engine = createEngine({ program: locateEngine(), deadlineMs: 20_000 });
  gate = new Gate(engineAsker(engine), new Map(), createLogger('warn', process.stderr));
});
afterAll(() => engine.close());

/** What Argo CD's engine makes its notes of: for each trigger its conditions in their order, and to whom it is sent. */
async function written(given: Recorded) {
  const { namespace, name, robots, applications, events, projects, maxEventAge, since } = given;
  const secret = found({ webhook: TOKEN, secret: SECRET });
  const time = new Date(since);
  const { plan, resolution } = await decideFully(
    snapshot({
      now: time,
      serverTime: time,
      config: config({ tenancy: { projects }, limits: { maxEventAge } }),
      robots: robots.map((each) => robot({ namespace, name: each })),
      subscriptions: [
        subscription(
          { namespace, name },
          { robots: robots.map((each) => ({ name: each })), applications, events },
        ),
      ],
      credentials: new Map([...credentials(), [`${namespace}/payments-dingtalk`, secret]]),
    }),
    gate,
  );
  expect(resolution.subscriptions.map(({ verdict }) => verdict.refusal)).toEqual([undefined]);
  const keys = Object.keys(plan.configMap).sort();
  const triggers = keys.filter((key) => key.startsWith('trigger.'));
  return {
    secretKeys: Object.keys(plan.secret).sort(),
    services: keys.filter((key) => key.startsWith('service.')),
    recipients: [...new Set(plan.entries.flatMap((entry) => entry.recipients))],
    triggers: Object.fromEntries(triggers.map((key) => [key, conditions(plan.configMap[key] ?? '')])),
  };
}

function conditions(value: string): object[] {
  const list = JSON.parse(value) as { readonly when: string; readonly oncePer?: string }[];
  return list.map(({ when, oncePer }) => ({ when, ...(oncePer !== undefined && { oncePer }) }));
}

describe('an upgrade sends nothing again:', () => {
  it.each(recorded)('$title', async (given) => {
    const { secretKeys, services, recipients, triggers } = given;
    expect(await written(given)).toEqual({ secretKeys, services, recipients, triggers });
  });

  it('which is recorded for every trigger of the catalogue', () => {
    const names = recorded.flatMap(({ events }) => events.flatMap(({ trigger = [] }) => trigger));
    expect([...new Set(names)].sort()).toEqual(CATALOGUE.map(({ name }) => name).sort());
  });
});
