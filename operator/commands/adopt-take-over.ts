import { setTimeout } from 'node:timers/promises';
import type { OperatorConfiguration } from '../config.ts';
import { readApplications, readCluster } from '../controller/cluster-reader.ts';
import { CredentialCache } from '../controller/credentials.ts';
import type { Gate } from '../controller/gate.ts';
import { readCredential } from '../controller/read-credential.ts';
import { type Attempt, type Prepared, tryTakeOver } from '../controller/take-over.ts';
import { cutTarget } from '../core/adoption/cut-target.ts';
import { applicationName, type Timed, youngestOf } from '../core/adoption/event-times.ts';
import { freshTriggers } from '../core/adoption/fresh-triggers.ts';
import { type Holding, pendingOf } from '../core/adoption/notes.ts';
import { resourceProblems } from '../core/adoption/readiness.ts';
import type { Decision } from '../core/decide.ts';
import { triggerKey } from '../core/names.ts';
import { redactError } from '../core/redact.ts';
import type { Engine } from '../engine/types.ts';
import { decideFully } from '../files/judge.ts';
import { type Notified, notifiedAtOnce } from '../files/notified.ts';
import type { Application } from '../files/sample-application.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { ServerClock } from '../kubernetes/server-clock.ts';
import type { AdoptOptions } from './adopt.ts';
import { adoptFully, inputFromCluster } from './adopt-input.ts';
import { adoptText, section, takenOverJson } from './adopt-text.ts';
import { openConnection } from './cluster.ts';
import { withEngine } from './offline.ts';
import { findRunningOperator, mayWrite } from './running-operator.ts';
import { FindingsError, type Surroundings, UsageError } from './surroundings.ts';

const PAUSE_MS = 500;
/** What the former configuration has not told by then, it tries again and again, or never will. */
const RECENT_MS = 60_000;

/** What the steps of the switch share. */
interface Context {
  readonly options: AdoptOptions;
  readonly namespace: string;
  readonly config: OperatorConfiguration;
  readonly surroundings: Surroundings;
  readonly connection: Connection;
  readonly clock: ServerClock;
  readonly engine: Engine;
  readonly gate: Gate;
}

/** `argocd-dingtalk adopt --take-over`: switches to custom resources that are applied already. */
export async function takeOverCommand(
  options: AdoptOptions,
  namespace: string,
  config: OperatorConfiguration,
  surroundings: Surroundings,
): Promise<void> {
  const clock = new ServerClock(Date.now);
  const connection = openConnection(options.kubeconfig, clock);
  try {
    const running = await orUsageError(() =>
      findRunningOperator(connection.request, config.target.namespace, () => clock.now()),
    );
    if (!mayWrite(running, config.target.namespace, options, surroundings)) throw new FindingsError();
    await withEngine(surroundings, (engine, gate) =>
      takeOver({ options, namespace, config, surroundings, connection, clock, engine, gate }),
    );
  } finally {
    await connection.close();
  }
}

async function takeOver(context: Context): Promise<void> {
  const { options, surroundings, connection, config, clock, namespace } = context;
  const { stdout, stderr } = surroundings;
  const deadline = Date.now() + Number(options.wait) * 1_000;
  let isFirst = true;
  let waitsFor = '';
  for (;;) {
    const prepared = await prepare(context);
    const { adoption } = prepared;
    if (!adoption.fates.some(({ isTaken }) => isTaken)) {
      stderr.write(
        `${adoptText({ adoption, refused: [], unheard: [] }, namespace)}nothing is left to take over.\n`,
      );
      return;
    }
    if (isFirst) stderr.write(adoptText({ adoption, refused: [], unheard: prepared.unheard }, namespace));
    isFirst = false;
    await refuseUnlessReady(prepared, context);
    const attempt = await orConflict(() =>
      tryTakeOver(prepared, {
        request: connection.request,
        target: config.target,
        listApplications: () => listApplications(context),
        pendingIn: (applications) => pendingIn(applications, prepared, context),
        now: () => clock.now(),
        pause: setTimeout,
      }),
    );
    if (attempt.state === 'done') {
      const { since, mishaps } = attempt;
      if (options.output === 'json') stdout.write(takenOverJson(adoption, since, mishaps));
      else stdout.write(`taken over; what happens after ${since} is told by the custom resources.\n`);
      const lines = [
        ...section('told twice, in the moment of the switch:', mishaps.twice),
        ...section('dated before the switch but seen after it, and so told by nobody:', mishaps.missed),
      ];
      stderr.write([...lines, 'Start the operator now.', ''].join('\n'));
      if (mishaps.twice.length + mishaps.missed.length > 0) throw new FindingsError();
      return;
    }
    if (attempt.reason !== waitsFor) stderr.write(`waiting: ${attempt.reason} …\n`);
    waitsFor = attempt.reason;
    if (Date.now() > deadline) {
      const inert = attempt.hasWritten ? " The operator's keys are there already, and nobody uses them." : '';
      stderr.write(
        `there was no quiet moment within ${options.wait} s; the former configuration is still in force.${inert} ` +
          'Try again, with a longer --wait or at a quieter time.\n',
      );
      throw new FindingsError();
    }
    await setTimeout(PAUSE_MS);
  }
}

/** A switch that can be tried, with the decision for a first look at it. */
interface Ready extends Prepared {
  readonly unheard: readonly string[];
  readonly applications: readonly Timed[];
  readonly problems: readonly string[];
  readonly replays: readonly Notified[];
}

async function prepare({ connection, config, namespace, gate, engine }: Context): Promise<Ready> {
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
  const cache = new CredentialCache(readCredential(connection), 0);
  const credentials = await cache.refresh(cluster.robots, now);
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
  const fresh = freshTriggers(decision);
  const replays = await notifiedAtOnce(
    fresh,
    decision,
    applications as readonly unknown[] as Application[],
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
    replays,
  };
}

/** @throws FindingsError if the switch would lose something, or tell it again, and nobody has agreed to that */
async function refuseUnlessReady(ready: Ready, { options, surroundings }: Context): Promise<void> {
  const { problems, replays, unheard } = ready;
  const { stderr } = surroundings;
  if (problems.length > 0) {
    const how =
      'Apply what adopt prints without --take-over, or mend it; lint and kubectl describe say more.';
    stderr.write([...section('not ready:', problems), how, ''].join('\n'));
    throw new FindingsError();
  }
  if (options.acceptDifferences || replays.length + unheard.length === 0) return;
  const again = replays.map(({ trigger, applications }) => `${trigger}: ${applications.join(', ')}`);
  stderr.write(
    [
      ...section(
        'told of again at once, since their conditions do not say when it happened (eventTime):',
        again,
      ),
      'Nothing is switched. Mend it, or go on with --accept-differences.',
      '',
    ].join('\n'),
  );
  throw new FindingsError();
}

async function listApplications({ connection }: Context): Promise<readonly Timed[]> {
  const found = await readApplications(connection.request, (message) => {
    throw new UsageError(message);
  });
  return (found ?? []) as readonly Timed[];
}

/** Asks the engine which of the former conditions hold for Applications of which something has happened lately. */
async function pendingIn(
  applications: readonly Timed[],
  { adoption, target }: Prepared,
  { engine, clock }: Context,
): Promise<string[]> {
  const data = target.configMap?.data ?? {};
  const triggers = [...new Set(adoption.units.flatMap((unit) => (unit.events ? unit.triggers : [])))].filter(
    (name) => data[triggerKey(name)] !== undefined,
  );
  const keys = [...triggers.map(triggerKey), 'context'].filter((key) => data[key] !== undefined);
  const configMap = Object.fromEntries(keys.map((key) => [key, data[key] as string]));
  const now = clock.now();
  const found: string[] = [];
  for (const app of applications) {
    const youngest = youngestOf([app]);
    if (youngest === undefined || now.getTime() - Date.parse(youngest) > RECENT_MS) continue;
    const request = { configMap, app: app as unknown as Application, triggers, now: now.toISOString() };
    const outcome = await engine.evaluate(request);
    if (!outcome.ok)
      throw new Error(`the former conditions could not be evaluated for ${applicationName(app)}`);
    const holding = outcome.triggers.flatMap(({ name, conditions }) =>
      conditions.flatMap(({ triggered, key, oncePer }): Holding[] =>
        triggered ? [{ trigger: name, key, oncePer }] : [],
      ),
    );
    found.push(...pendingOf(app, holding, adoption.units).map((what) => `${applicationName(app)}: ${what}`));
  }
  return found;
}

async function orConflict(attempt: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return { state: 'waiting', reason: 'somebody else has written to the target', hasWritten: false };
  }
}

async function orUsageError<T>(reading: () => Promise<T>): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(redactError(error), { cause: error });
  }
}
