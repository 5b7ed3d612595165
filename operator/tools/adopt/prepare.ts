import { triggerKey } from '../../argocd/names.ts';
import { readCluster } from '../../cluster/cluster-reader.ts';
import { decideFully } from '../../cluster/decide-fully.ts';
import type { Gate } from '../../cluster/gate.ts';
import { readCredential, readCredentials } from '../../cluster/read-credential.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Decision } from '../../core/decide.ts';
import { liveRecipients } from '../../core/model/live.ts';
import type { Engine } from '../../engine/types.ts';
import type { SampleFile } from '../../files/sample-application.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import type { ServerClock } from '../../kubernetes/server-clock.ts';
import { own } from '../../lib/own.ts';
import { orUsageError } from '../connection.ts';
import type { ChangedTrigger } from '../diff/difference.ts';
import { type Notified, notifiedAtOnce } from '../diff/notified.ts';
import { type ProcessIO, UsageError } from '../process-io.ts';
import { cutTarget, withoutAppliers } from './cut-target.ts';
import { type TimedApplication, youngestOf } from './event-times.ts';
import { adoptFully, type FullAdoption, inputFromCluster } from './input.ts';
import type { AdoptOptions } from './options.ts';
import { isInForce, resourceProblems } from './preflight.ts';
import type { SwitchPlan } from './switch.ts';

/** Shared by the steps of the switch. */
export interface SwitchContext {
  readonly options: AdoptOptions;
  readonly namespace: string;
  readonly config: OperatorConfiguration;
  readonly io: ProcessIO;
  readonly connection: Connection;
  readonly clock: ServerClock;
  readonly engine: Engine;
  readonly gate: Gate;
}

/** A switch that can be tried, and the facts that speak for or against it. */
export interface CheckedPlan extends SwitchPlan {
  readonly outOfScope: readonly string[];
  readonly owners: FullAdoption['owners'];
  readonly applications: readonly TimedApplication[];
  readonly problems: readonly string[];
  /** Applications about which Argo CD would notify again. Only the first attempt asks: the engine needs a while. */
  readonly replays: readonly Notified[];
  /** Whether custom resources are in force beside the configuration that they replace. */
  readonly isInForce: boolean;
}

/**
 * Reads everything, and decides on the result of the switch.
 * @throws UsageError if an object can't be read
 */
export async function prepare(
  { connection, config, namespace, gate, engine, options: { splitBy, ownerWillFollow } }: SwitchContext,
  isFirst: boolean,
): Promise<CheckedPlan> {
  const unseen: string[] = [];
  const { cluster, input } = await orUsageError(async () => ({
    cluster: await readCluster(connection.request, config, (message) => unseen.push(message)),
    input: await inputFromCluster(connection.request, config, (message) => unseen.push(message)),
  }));
  const live = ownerWillFollow ? withoutAppliers(cluster.target) : cluster.target;
  const { configMap, secret } = live;
  if (unseen.length > 0)
    throw new UsageError([...new Set(unseen)].map((each) => `missing right: ${each}`).join('\n'));
  if (!configMap || !secret) {
    throw new UsageError(`Secret ${config.target.namespace}/${config.target.secret} does not exist`);
  }
  const applications = input.applications ?? [];
  const { adoption, outOfScope, owners } = await adoptFully(
    { ...input, configMap },
    namespace,
    config,
    gate,
    splitBy && { by: splitBy, isApplied: true },
  );
  const now = new Date();
  const credentials = await readCredentials(readCredential(connection), cluster.robots);
  const decide = (target: SwitchPlan['target'], since: Date): Promise<Decision> => {
    const nothingYet = { deliveries: new Map(), answers: new Map() };
    return decideFully(
      { ...cluster, ...nothingYet, config, credentials, target, now, serverTime: since },
      gate,
    );
  };
  const target = cutTarget(live, adoption.cut);
  const since = new Date(youngestOf(applications) ?? now);
  const decision = await decide(target, since);
  const fresh = isFirst ? freshTriggers(decision) : [];
  const replays = await notifiedAtOnce(
    fresh,
    decision,
    applications as readonly unknown[] as SampleFile[],
    engine,
    now,
  );
  return {
    adoption,
    target: live,
    decide,
    outOfScope,
    owners,
    applications,
    problems: resourceProblems(adoption.resources, decision),
    isInForce: isInForce(adoption.resources, decision),
    replays,
  };
}

/** The triggers of a plan that are new to a recipient, compared with the live ones. */
function freshTriggers({ plan, live }: Decision): ChangedTrigger[] {
  const standing = new Map([...live.events.values()].flat().map(({ key, value }) => [key, value]));
  return plan.entries.flatMap(({ triggers, recipients }) =>
    triggers.flatMap((trigger) => {
      const key = triggerKey(trigger);
      const known =
        standing.get(key) === own(plan.configMap, key) ? liveRecipients(live, trigger) : new Set();
      const fresh = recipients.filter((recipient) => !known.has(recipient));
      return fresh.length === 0 ? [] : [{ trigger, recipients: fresh }];
    }),
  );
}
