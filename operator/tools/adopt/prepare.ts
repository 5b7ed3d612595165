import { CONTEXT_KEY, triggerKey } from '../../argocd/names.ts';
import { readApplications, readCluster } from '../../cluster/cluster-reader.ts';
import { decideFully } from '../../cluster/decide-fully.ts';
import type { Gate } from '../../cluster/gate.ts';
import { orUsageError } from '../../cluster/open.ts';
import { readCredential, readCredentials } from '../../cluster/read-credential.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Decision } from '../../core/decide.ts';
import type { Engine } from '../../engine/types.ts';
import { evaluateTriggers } from '../../files/evaluation.ts';
import type { SampleFile } from '../../files/sample-application.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import type { ServerClock } from '../../kubernetes/server-clock.ts';
import { own } from '../../lib/own.ts';
import { type ProcessIO, UsageError } from '../../lib/process-io.ts';
import { type Notified, notifiedAtOnce } from '../diff/notified.ts';
import { cutTarget } from './cut-target.ts';
import { applicationName, type Timed, youngestOf } from './event-times.ts';
import { freshTriggers } from './fresh-triggers.ts';
import { adoptFully, inputFromCluster } from './input.ts';
import { type Holding, pendingOf } from './notes.ts';
import type { AdoptOptions } from './options.ts';
import { isInForce, resourceProblems } from './preflight.ts';
import type { Prepared } from './take-over.ts';
import { underWay } from './under-way.ts';

/** What the former configuration has not told by then, it tries again and again, or never will. */
const RECENT_MS = 60_000;

/** What the steps of the switch share. */
export interface Context {
  readonly options: AdoptOptions;
  readonly namespace: string;
  readonly config: OperatorConfiguration;
  readonly io: ProcessIO;
  readonly connection: Connection;
  readonly clock: ServerClock;
  readonly engine: Engine;
  readonly gate: Gate;
}

/** A switch that can be tried, with the decision for a first look at it. */
export interface Ready extends Prepared {
  readonly unheard: readonly string[];
  readonly applications: readonly Timed[];
  readonly problems: readonly string[];
  /** Told of in the first look only: it takes the engine a while. */
  readonly replays: readonly Notified[];
  /** Whether all custom resources are in force beside what they take the place of. */
  readonly isInForce: boolean;
}

/**
 * Reads everything, and decides what the switch would come to.
 * @throws UsageError if something of it can't be read
 */
export async function prepare(
  { connection, config, namespace, gate, engine }: Context,
  isFirst: boolean,
): Promise<Ready> {
  const unseen: string[] = [];
  const { cluster, input } = await orUsageError(async () => ({
    cluster: await readCluster(connection.request, config, (message) => unseen.push(message)),
    input: await inputFromCluster(connection.request, config, (message) => unseen.push(message)),
  }));
  const { configMap, secret } = cluster.target;
  if (unseen.length > 0)
    throw new UsageError([...new Set(unseen)].map((each) => `not seen: ${each}`).join('\n'));
  if (!configMap || !secret) {
    throw new UsageError(`Secret ${config.target.namespace}/${config.target.secret} does not exist`);
  }
  const applications = input.applications ?? [];
  const { adoption, unheard } = await adoptFully({ ...input, configMap }, namespace, config, gate);
  const now = new Date();
  const credentials = await readCredentials(readCredential(connection), cluster.robots);
  const decide = (target: Prepared['target'], since: Date): Promise<Decision> => {
    const nothingYet = { deliveries: new Map(), answers: new Map() };
    return decideFully(
      { ...cluster, ...nothingYet, config, credentials, target, now, serverTime: since },
      gate,
    );
  };
  const target = cutTarget(cluster.target, adoption.cut);
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
    target: cluster.target,
    decide,
    unheard,
    applications,
    problems: resourceProblems(adoption.resources, decision),
    isInForce: isInForce(adoption.resources, decision),
    replays,
  };
}

/** Argo CD's Applications as they are now. */
export async function listApplications({ connection }: Context): Promise<readonly Timed[]> {
  const found = await readApplications(connection.request, (message) => {
    throw new UsageError(message);
  });
  return (found ?? []) as readonly Timed[];
}

/** Asks the engine which of the former conditions hold for Applications of which something has happened lately. */
export async function pendingIn(
  applications: readonly Timed[],
  { adoption, target }: Prepared,
  { engine, clock, options, config }: Context,
): Promise<string[]> {
  const data = target.configMap?.data ?? {};
  const triggers = [...new Set(adoption.units.flatMap((unit) => (unit.events ? unit.triggers : [])))].filter(
    (name) => own(data, triggerKey(name)) !== undefined,
  );
  const keys = [...triggers.map(triggerKey), CONTEXT_KEY].filter((key) => own(data, key) !== undefined);
  const configMap = Object.fromEntries(keys.map((key) => [key, own(data, key) as string]));
  const now = clock.now();
  const deploying = underWay(applications, adoption.units, now, config.limits.maxEventAge).filter(
    ({ isSoonOver }) => isSoonOver,
  );
  const found = options.acceptDifferences
    ? []
    : deploying.map(({ application }) => `${application}: on-deployed, as soon as it is healthy`);
  for (const app of applications) {
    const youngest = youngestOf([app]);
    if (youngest === undefined || now.getTime() - Date.parse(youngest) > RECENT_MS) continue;
    const evaluation = await evaluateTriggers(
      engine,
      { configMap, app: app as unknown as SampleFile },
      triggers,
      now,
    );
    if (!evaluation.ok)
      throw new Error(
        `the former conditions could not be evaluated for ${applicationName(app)}: ${evaluation.why}`,
      );
    const holding = [...evaluation.conditions].flatMap(([name, conditions]) =>
      conditions.flatMap(({ triggered, key, oncePer }): Holding[] =>
        triggered ? [{ trigger: name, key, oncePer }] : [],
      ),
    );
    found.push(...pendingOf(app, holding, adoption.units).map((what) => `${applicationName(app)}: ${what}`));
  }
  return found;
}
