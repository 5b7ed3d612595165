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
import { adoptText, removalLines, section, takenOverJson } from './text.ts';
import { underWay } from './under-way.ts';

const PAUSE_MS = 500;

const TWICE =
  'the custom resources are in force already, because an operator has run since they were applied. Argo CD sends everything twice ' +
  'until the switch. If an operator runs now, stop it.\n';

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
    const { outOfScope, owners } = prepared;
    if (isFirst) stderr.write(adoptText({ adoption, outOfScope, owners }, namespace));
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
      const inert = attempt.hasWritten
        ? " The operator's keys are written already, but nothing uses them."
        : '';
      stderr.write(
        `there was no quiet moment within ${options.wait} s; the former configuration is still in force.${inert} ` +
          'Try again with a longer --wait or at a quieter time.\n',
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
  else stdout.write(`taken over; events after ${since} are sent by the custom resources.\n`);
  const waiting = underWay(applications, adoption.deliveries, clock.now(), config.limits.maxEventAge).map(
    ({ application }) => application,
  );
  const lines = [
    ...section(
      'deployed before the switch and not healthy yet; Argo CD will not notify when they become healthy:',
      waiting,
    ),
    ...section('sent twice in the moment of the switch:', anomalies.twice),
    ...section('dated before the switch but seen after it, so not sent:', anomalies.missed),
  ];
  stderr.write([...lines, ...removalLines(adoption), 'Start the operator now.', ''].join('\n'));
  if (anomalies.twice.length + anomalies.missed.length > 0) throw new FindingsError();
}

/** @throws FindingsError if the switch would lose or repeat notifications without --accept-differences */
async function refuseUnlessReady(ready: CheckedPlan, { options, io }: SwitchContext): Promise<void> {
  const { problems, replays, outOfScope, owners } = ready;
  const { stderr } = io;
  if (problems.length > 0) {
    const how =
      'Apply the output of adopt without --take-over, or correct it; lint and kubectl describe have the details.';
    stderr.write([...section('not ready:', problems), how, ''].join('\n'));
  }
  const isUnprepared = owners.length > 0 && !options.ownerWillFollow;
  if (isUnprepared) {
    const names = owners.map(({ name }) => name).join(', ');
    stderr.write(
      `Nothing is switched: ${names} will bring the old configuration back, and Argo CD will send everything twice. The output above ` +
        'describes the preparations. After them, run this command again with --owner-will-follow.\n',
    );
  }
  if (isUnprepared || problems.length > 0) throw new FindingsError();
  if (options.acceptDifferences || replays.length + outOfScope.length === 0) return;
  const again = replays.map(({ trigger, applications }) => `${trigger}: ${applications.join(', ')}`);
  stderr.write(
    [
      ...section(
        'sent again at once, because the condition does not say when the event happened (eventTime):',
        again,
      ),
      'Nothing is switched. Correct this, or go on with --accept-differences.',
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
