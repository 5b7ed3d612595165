import { setTimeout } from 'node:timers/promises';
import { openConnection, orUsageError } from '../../cluster/open.ts';
import { findRunningOperator, mayWrite } from '../../cluster/running-operator.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { withEngine } from '../../files/offline.ts';
import { ConflictError } from '../../kubernetes/api-error.ts';
import { ServerClock } from '../../kubernetes/server-clock.ts';
import { FindingsError, type ProcessIO } from '../../lib/process-io.ts';
import type { AdoptOptions } from './options.ts';
import { type Context, listApplications, pendingIn, prepare, type Ready } from './prepare.ts';
import { type Attempt, tryTakeOver } from './take-over.ts';
import { adoptText, section, takenOverJson } from './text.ts';
import { underWay } from './under-way.ts';

const PAUSE_MS = 500;

const TWICE =
  'the custom resources are in force already, so that all is told twice until the switch: an operator has run since they ' +
  'were applied. If one runs now, stop it.\n';

/** `argocd-dingtalk adopt --take-over`: switches to custom resources that are applied already. */
export async function takeOverCommand(
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
      takeOver({ options, namespace, config, io, connection, clock, engine, gate }),
    );
  } finally {
    await connection.close();
  }
}

async function takeOver(context: Context): Promise<void> {
  const { options, io, connection, config, clock, namespace } = context;
  const { stderr } = io;
  const deadline = Date.now() + Number(options.wait) * 1_000;
  let isFirst = true;
  let waitsFor = '';
  for (;;) {
    const prepared = await prepare(context, isFirst);
    const { adoption } = prepared;
    if (!adoption.fates.some(({ isTaken }) => isTaken)) {
      stderr.write(`${adoptText({ adoption, unheard: [] }, namespace)}nothing is left to take over.\n`);
      return;
    }
    if (isFirst) stderr.write(adoptText({ adoption, unheard: prepared.unheard }, namespace));
    if (isFirst && prepared.isInForce) stderr.write(TWICE);
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
  { since, mishaps }: Extract<Attempt, { state: 'done' }>,
  { adoption, applications }: Ready,
  { options, io: { stdout, stderr }, clock, config }: Context,
): void {
  if (options.output === 'json') stdout.write(takenOverJson(adoption, since, mishaps));
  else stdout.write(`taken over; what happens after ${since} is told by the custom resources.\n`);
  const { maxEventAge } = config.limits;
  const waiting = underWay(applications, adoption.units, clock.now(), maxEventAge).map(
    ({ application }) => application,
  );
  const lines = [
    ...section(
      'deployed before the switch and not healthy yet; nobody tells of it if they become so:',
      waiting,
    ),
    ...section('told twice, in the moment of the switch:', mishaps.twice),
    ...section('dated before the switch but seen after it, and so told by nobody:', mishaps.missed),
  ];
  stderr.write([...lines, 'Start the operator now.', ''].join('\n'));
  if (mishaps.twice.length + mishaps.missed.length > 0) throw new FindingsError();
}

/** @throws FindingsError if the switch would lose something, or tell it again, and nobody has agreed to that */
async function refuseUnlessReady(ready: Ready, { options, io }: Context): Promise<void> {
  const { problems, replays, unheard } = ready;
  const { stderr } = io;
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

async function orConflict(attempt: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return { state: 'waiting', reason: 'somebody else has written to the target', hasWritten: false };
  }
}
