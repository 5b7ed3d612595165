import type { NotificationSubscription } from '../../api/kinds.ts';
import { eventKeyName, SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { liveRecipients } from '../../core/model/live.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import type { ClusterView } from './cluster-view.ts';
import { ok, problem, type Step, unknown } from './step.ts';

/** Whether a subscription uses what is another namespace's, where the caller may not look. */
export function usesUnseen({ metadata, spec }: NotificationSubscription, { sees }: ClusterView): boolean {
  const isElsewhere = (namespace: string | undefined): boolean =>
    namespace !== undefined && namespace !== metadata.namespace;
  const used = [...spec.robots, ...spec.events.flatMap(({ template }) => template ?? [])];
  return !sees.otherNamespaces && used.some(({ namespace }) => isElsewhere(namespace));
}

/** A verdict without what only follows from that: to the caller, what he may not see looks as if it were not there. */
export function withoutRefusal(verdict: Verdict | undefined): Verdict | undefined {
  if (!verdict) return undefined;
  const { refusal: _, ...rest } = verdict;
  return rest;
}

/** A robot of another namespace, where the caller may not look. */
export const unseenRobotSteps = (namespace: string): Step[] => [
  unknown(
    `it is of namespace ${namespace}, where you may not look; the subscription's conditions tell of it`,
  ),
];

/** An event of a subscription that can't be judged anew: by what stands in Argo CD's configuration. */
export function unseenEventSteps(event: string, cr: NotificationSubscription, cluster: ClusterView): Step[] {
  const unjudged = unknown(
    'whether its keys are as they should be can not be told without what the other namespace shares',
  );
  if (!cluster.sees.configMap) return [unjudged];
  const trigger = eventKeyName(cr.metadata.namespace, cr.metadata.name, event);
  const recipients = [...liveRecipients(cluster.decision.live, trigger)].sort();
  return recipients.length > 0
    ? [ok(`${SUBSCRIPTIONS_KEY} sends ${trigger} to ${recipients.join(', ')}`), unjudged]
    : [problem(`nobody is sent ${trigger}: see the subscription`)];
}
