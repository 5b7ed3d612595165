import { setTimeout } from 'node:timers/promises';
import { findRunningOperator } from '../../cluster/running-operator.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { ConflictError } from '../../kubernetes/api-error.ts';
import { ServerClock } from '../../kubernetes/server-clock.ts';
import { openConnection, orUsageError } from '../connection.ts';
import { withEngine } from '../engine.ts';
import { mayWrite } from '../may-write.ts';
import { FindingsError, type ProcessIO } from '../process-io.ts';
import type { AdoptOptions } from './options.ts';
import { listApplications, pendingIn } from './pending.ts';
import { type CheckedPlan, prepare, type SwitchContext } from './prepare.ts';
import { type SwitchAttempt, trySwitch } from './switch.ts';
import { adoptText, section, takenOverJson } from './text.ts';
import { underWay } from './under-way.ts';

const PAUSE_MS = 500;

const TWICE =
  'the custom resources are in force already, so that all is told twice until the switch: an operator has run since they ' +
  'were applied. If one runs now, stop it.\n';

/** `argocd-dingtalk adopt --take-over`: switches to custom resources that are applied already. */
export async function takeOver(
  options: AdoptOptions,
  namespace: string,
  config: OperatorConfiguration,
  io: ProcessIO,
): Promise<void> {
  const clock = new ServerClock(Date.now);
  const connection = openConnection(options.kubeconfig, clock);
  try {
    const running = await orUsageError(() =>
      findRunningOperator(connection.request, config.target.namespace, () => clock.now()),
    );
    if (!mayWrite(running, config.target.namespace, options, io)) throw new FindingsError();
    await withEngine(io, (engine, gate) =>
      switchWhenQuiet({ options, namespace, config, io, connection, clock, engine, gate }),
    );
  } finally {
    await connection.close();
  }
}

async function switchWhenQuiet(context: SwitchContext): Promise<void> {
  const { options, io, connection, config, clock, namespace } = context;
  const { stderr } = io;
  const deadline = Date.now() + Number(options.wait) * 1_000;
  let isFirst = true;
  let waitsFor = '';
  for (;;) {
    const prepared = await prepare(context, isFirst);
    const { adoption } = prepared;
    if (!adoption.dispositions.some(({ isTaken }) => isTaken)) {
      stderr.write(`${adoptText({ adoption, outOfScope: [] }, namespace)}nothing is left to take over.\n`);
      return;
    }
    if (isFirst) stderr.write(adoptText({ adoption, outOfScope: prepared.outOfScope }, namespace));
    if (isFirst && prepared.isInForce) stderr.write(TWICE);
    isFirst = false;
    await refuseUnlessReady(prepared, context);
    const attempt = await orConflict(() =>
      trySwitch(prepared, {
        request: connection.request,
        target: config.target,
        listApplications: () => listApplications(context),
        pendingIn: (applications) => pendingIn(applications, prepared, context),
        now: () => clock.now(),
        pause: setTimeout,
      }),
    );
    if (attempt.state === 'done') return conclude(attempt, prepared, context);
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

/** @throws FindingsError if something happened in the moment of the switch */
function conclude(
  { since, anomalies }: Extract<SwitchAttempt, { state: 'done' }>,
  { adoption, applications }: CheckedPlan,
  { options, io: { stdout, stderr }, clock, config }: SwitchContext,
): void {
  if (options.output === 'json') stdout.write(takenOverJson(adoption, since, anomalies));
  else stdout.write(`taken over; what happens after ${since} is told by the custom resources.\n`);
  const waiting = underWay(applications, adoption.recipients, clock.now(), config.limits.maxEventAge).map(
    ({ application }) => application,
  );
  const lines = [
    ...section(
      'deployed before the switch and not healthy yet; nobody tells of it if they become so:',
      waiting,
    ),
    ...section('told twice, in the moment of the switch:', anomalies.twice),
    ...section('dated before the switch but seen after it, and so told by nobody:', anomalies.missed),
  ];
  stderr.write([...lines, 'Start the operator now.', ''].join('\n'));
  if (anomalies.twice.length + anomalies.missed.length > 0) throw new FindingsError();
}

/** @throws FindingsError if the switch would lose something, or tell it again, and nobody has agreed to that */
async function refuseUnlessReady(ready: CheckedPlan, { options, io }: SwitchContext): Promise<void> {
  const { problems, replays, outOfScope } = ready;
  const { stderr } = io;
  if (problems.length > 0) {
    const how =
      'Apply what adopt prints without --take-over, or mend it; lint and kubectl describe say more.';
    stderr.write([...section('not ready:', problems), how, ''].join('\n'));
    throw new FindingsError();
  }
  if (options.acceptDifferences || replays.length + outOfScope.length === 0) return;
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

async function orConflict(attempt: () => Promise<SwitchAttempt>): Promise<SwitchAttempt> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return { state: 'waiting', reason: 'somebody else has written to the target', hasWritten: false };
  }
}
