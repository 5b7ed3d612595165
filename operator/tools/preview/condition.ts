import type { Engine } from '../../engine/types.ts';
import type { JudgedFiles } from '../../files/judge.ts';
import type { SampleFile } from '../../files/sample-application.ts';
import { applicationOutcomes } from '../explain/outcomes.ts';
import { headOf, plannedView } from '../explain/views.ts';
import type { PreviewRecipient } from './recipients.ts';

/** Whether an event's condition is true for an Application, and the reason if not. */
export interface PreviewedCondition {
  readonly condition: boolean;
  readonly why?: string;
}

/** The condition of one event, as if its subscription had always existed. */
export async function conditionOf(
  application: SampleFile,
  { subscription, event, robot, route }: PreviewRecipient,
  { decision, config }: Pick<JudgedFiles, 'decision' | 'config'>,
  engine: Engine,
  now: Date,
): Promise<PreviewedCondition> {
  const head = headOf(subscription, event.name, decision, config);
  // A condition does not depend on the way of the message.
  const views = plannedView(route ? { ...head, recipients: [robot.service] } : head);
  const context = {
    namespace: subscription.cr.metadata.namespace,
    criteria: subscription.cr.spec.applications,
    maxEventAgeMs: config.limits.maxEventAge,
    argocdNamespace: config.target.namespace,
    isBlocked: false,
    knowsGrants: true,
  };
  const [outcome] = await applicationOutcomes([application], views, context, engine, now);
  const eventOutcome = outcome?.events[0];
  if (!eventOutcome) throw new Error(`the condition of ${event.name} was not evaluated`);
  return eventOutcome.holds ? { condition: true } : { condition: false, why: eventOutcome.message };
}
