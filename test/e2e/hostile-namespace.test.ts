import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import type { Connection } from '../../operator/kubernetes/connection.ts';
import { resourcePath } from '../../operator/kubernetes/paths.ts';
import { ServerClock } from '../../operator/kubernetes/server-clock.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { openConnection } from '../../operator/tools/connection.ts';
import { createCrowd } from '../support/crowd.ts';
import {
  crowd,
  type HostileManifest,
  hostileRobot,
  longParams,
  manyConditions,
  prototypeKeys,
} from '../support/hostile-namespace.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/**
 * Whoever may edit one namespace writes the worst there is. Another team has a robot whose signature ends every other second:
 * as long as it is renewed, runs come to their end. And that team goes on with its own work.
 */

const RENEW_AFTER_MS = 2_000;
/**
 * How long a renewal and another team's edit may take at the most. They take two seconds and less than one on a quiet machine
 * (`make bench-hostile` holds that); here other tests run beside. What stops the operator, stops it for good.
 */
const LATEST_RENEWAL_MS = 15_000;
const LATEST_EDIT_MS = 15_000;
const GOOD = { namespace: 'good', name: 'good' };
const SECRETS = resourcePath({ version: 'v1', plural: 'secrets', namespace: ARGOCD });

let stage: Stage;
let connection: Connection;
beforeAll(async () => {
  stage = await startStage({
    argocd: false,
    operator: { signing: { renewAfter: `${RENEW_AFTER_MS}ms` }, log: { level: 'info' } },
  });
  connection = openConnection(stage.cp.adminKubeconfig, new ServerClock(Date.now));
  const { manifests } = realRobot(stage.dingtalk, GOOD);
  await stage.apply(namespace(GOOD.namespace), ...manifests, subscription(GOOD));
  await stage.conditions('nsub', GOOD.namespace, GOOD.name, { Ready: 'True/Ready' });
});
afterAll(async () => {
  await connection?.close();
  await stage?.[Symbol.asyncDispose]();
});

/** When the good team's URL changed, on the clock of `performance`, until it is disposed of. */
class Renewals implements AsyncDisposable {
  readonly times: number[] = [performance.now()];
  readonly #ended = new AbortController();
  readonly #reading: Promise<void>;

  private constructor(events: AsyncIterable<{ readonly object: object }>, ended: AbortController) {
    this.#ended = ended;
    this.#reading = this.#read(events);
  }

  static async follow(): Promise<Renewals> {
    const query = { fieldSelector: 'metadata.name=argocd-notifications-secret' };
    const { body } = await connection.request<KubernetesResource>({ method: 'GET', path: SECRETS, query });
    const ended = new AbortController();
    const events = await connection.watch(
      SECRETS,
      { ...query, resourceVersion: body.metadata.resourceVersion },
      { signal: ended.signal, idleTimeoutMs: 60_000 },
    );
    return new Renewals(events, ended);
  }

  async #read(events: AsyncIterable<{ readonly object: object }>): Promise<void> {
    let before: string | undefined;
    try {
      for await (const { object } of events) {
        const url = (object as KubernetesResource).data?.[`dt_${GOOD.namespace}_${GOOD.name}`];
        if (url !== before) this.times.push(performance.now());
        before = url;
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) throw error;
    }
  }

  /** The longest that a URL stayed, up to now, in milliseconds. */
  longest(): number {
    const times = [...this.times, performance.now()];
    return Math.max(...times.slice(1).map((time, index) => time - (times[index] as number)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#reading;
  }
}

const TRIGGERS = [
  'on-deployed',
  'on-health-degraded',
  'on-sync-running',
  'on-created',
  'on-deleted',
] as const;
let edits = 0;

/** The good team takes another event; how long it takes to be live, in milliseconds. */
async function edit(): Promise<number> {
  const trigger = TRIGGERS[edits++ % TRIGGERS.length] as string;
  const events = [{ trigger: 'on-sync-failed' as const }, { trigger, name: `edit-${edits}` }];
  await stage.apply(subscription(GOOD, { events } as never));
  const began = performance.now();
  await eventually(
    `the event edit-${edits} to be live`,
    async () => {
      const { data = {} } = await stage.get('configmap', ARGOCD, 'argocd-notifications-cm');
      return data[`trigger.dt_${GOOD.namespace}_${GOOD.name}_edit-${edits}`] !== undefined;
    },
    { timeoutMs: 30_000 },
  );
  return performance.now() - began;
}

const reasons = async (kind: string, where: string): Promise<string[]> => {
  const items = await stage.cp.list<KubernetesResource>(kind, where);
  return items.map(
    ({ status }) => status?.conditions?.find(({ type }) => type === 'Accepted')?.reason ?? 'none yet',
  );
};

interface Attack {
  readonly name: string;
  readonly make: (where: string) => readonly HostileManifest[] | Promise<readonly HostileManifest[]>;
  /** What they are told, in the end. */
  readonly kind: string;
  readonly told: RegExp;
}

const ATTACKS: readonly Attack[] = [
  {
    name: 'keys of a Secret that every object of JavaScript has',
    make: (where) => [...hostileRobot(where), ...prototypeKeys(where, 12)],
    kind: 'dtr',
    told: /^(Accepted|CredentialsKeyNotFound)$/,
  },
  {
    name: '115 subscriptions of twenty refused conditions each',
    make: (where) => [...hostileRobot(where), ...manyConditions(where, 115)],
    kind: 'nsub',
    told: /^(EngineRefused|ExpressionNotAllowed|NamespaceQuotaExceeded)$/,
  },
  {
    name: 'params with names as long as can be',
    make: async (where) => [...hostileRobot(where), ...(await longParams(where, 100))],
    kind: 'nsub',
    told: /^(UnknownParam|NamespaceQuotaExceeded)$/,
  },
  {
    name: '1100 subscriptions, all of them valid',
    make: (where) => [...hostileRobot(where), ...crowd(where, 1_100)],
    kind: 'nsub',
    told: /^(Accepted|NamespaceQuotaExceeded|TooManyDestinations|ThrottlingPossible|CostlyRoute)$/,
  },
];

describe.each(ATTACKS)('$name', ({ name, make, kind, told }) => {
  const where = `bad-${ATTACKS.findIndex((attack) => attack.name === name)}`;

  it('in one namespace keep no renewal and no edit of another one waiting', {
    timeout: 240_000,
  }, async () => {
    await stage.apply(namespace(where));
    const manifests = await make(where);
    await using renewals = await Renewals.follow();
    const created = createCrowd(connection, manifests);
    const during = await edit();
    await created;
    const after = [await edit(), await edit()];
    expect(Math.max(during, ...after)).toBeLessThan(LATEST_EDIT_MS);
    await eventually(
      'every one of them to be told',
      async () => {
        const found = await reasons(kind, where);
        return found.length > 0 && found.every((reason) => told.test(reason));
      },
      // A list of a thousand keeps the API server busy.
      { timeoutMs: 120_000, intervalMs: 1_000 },
    );
    await eventually('a further renewal', () => renewals.times.length > 4);
    expect(renewals.longest()).toBeLessThan(LATEST_RENEWAL_MS);
    expect(stage.operatorOutput()).not.toContain('run failed');
  });
});
