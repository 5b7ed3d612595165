import { CONTEXT_KEY, triggerKey } from '../../argocd/names.ts';
import { readApplications } from '../../cluster/cluster-reader.ts';
import { evaluateTriggers } from '../../files/evaluation.ts';
import type { SampleFile } from '../../files/sample-application.ts';
import { own } from '../../lib/own.ts';
import { UsageError } from '../process-io.ts';
import { isTaken } from './deliveries.ts';
import { applicationName, type TimedApplication, youngestOf } from './event-times.ts';
import { pendingOf, type TrueCondition } from './notes.ts';
import type { SwitchContext } from './prepare.ts';
import type { SwitchPlan } from './switch.ts';
import { underWay } from './under-way.ts';

/** An older notification that is not sent yet is retried for long, or never sent. */
const RECENT_MS = 60_000;

/** Argo CD's Applications as they are now. */
export async function listApplications({ connection }: SwitchContext): Promise<readonly TimedApplication[]> {
  const found = await readApplications(connection.request, (message) => {
    throw new UsageError(message);
  });
  return (found ?? []) as readonly TimedApplication[];
}

/** Asks the engine which of the former conditions hold for Applications with a recent event. */
export async function pendingIn(
  applications: readonly TimedApplication[],
  { adoption, target }: SwitchPlan,
  { engine, clock, options, config }: SwitchContext,
): Promise<string[]> {
  const data = target.configMap?.data ?? {};
  const triggers = [
    ...new Set(adoption.deliveries.flatMap((delivery) => (isTaken(delivery) ? [delivery.trigger] : []))),
  ].filter((name) => own(data, triggerKey(name)) !== undefined);
  const keys = [...triggers.map(triggerKey), CONTEXT_KEY].filter((key) => own(data, key) !== undefined);
  const configMap = Object.fromEntries(keys.map((key) => [key, own(data, key) as string]));
  const now = clock.now();
  const { maxEventAge } = config.limits;
  const deploying = underWay(applications, adoption.deliveries, now, maxEventAge).filter(
    ({ isSoonOver }) => isSoonOver,
  );
  const found = options.acceptDifferences
    ? []
    : deploying.map(
        ({ application }) => `${application}: on-deployed, as soon as the Application is healthy`,
      );
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
        `Argo CD's engine could not evaluate the former conditions for ${applicationName(app)}: ${evaluation.why}`,
      );
    const trueConditions = [...evaluation.conditions].flatMap(([name, conditions]) =>
      conditions.flatMap(({ triggered, key, oncePer }): TrueCondition[] =>
        triggered ? [{ trigger: name, key, oncePer }] : [],
      ),
    );
    found.push(
      ...pendingOf(app, trueConditions, adoption.deliveries).map(
        (notification) => `${applicationName(app)}: ${notification}`,
      ),
    );
  }
  return found;
}
