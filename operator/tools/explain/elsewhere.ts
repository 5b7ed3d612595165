import type { NotificationSubscription } from '../../api/kinds.ts';
import { eventKeyName, SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { liveRecipients } from '../../core/model/live.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import type { ClusterView } from './cluster-view.ts';
import { ok, problem, type Step, unknown } from './step.ts';

/** Whether a subscription uses resources of another namespace that the caller may not read. */
export function usesUnseen({ metadata, spec }: NotificationSubscription, { sees }: ClusterView): boolean {
  const isElsewhere = (namespace: string | undefined): boolean =>
    namespace !== undefined && namespace !== metadata.namespace;
  const used = [...spec.robots, ...spec.events.flatMap(({ template }) => template ?? [])];
  return !sees.otherNamespaces && used.some(({ namespace }) => isElsewhere(namespace));
}

/** A verdict without its refusal: a resource that the caller may not read looks as if it did not exist. */
export function withoutRefusal(verdict: Verdict | undefined): Verdict | undefined {
  if (!verdict) return undefined;
  const { refusal: _, ...rest } = verdict;
  return rest;
}

/** A robot of another namespace that the caller may not read. */
export const unseenRobotSteps = (namespace: string): Step[] => [
  unknown(
    `the robot is in namespace ${namespace}, which you may not read; see the subscription's conditions`,
  ),
];

/** An event of a subscription that can't be judged again: by Argo CD's present configuration. */
export function unseenEventSteps(event: string, cr: NotificationSubscription, cluster: ClusterView): Step[] {
  const unjudged = unknown(
    'the keys cannot be checked without the resources that the other namespace shares',
  );
  if (!cluster.sees.configMap) return [unjudged];
  const trigger = eventKeyName(cr.metadata.namespace, cr.metadata.name, event);
  const recipients = [...liveRecipients(cluster.decision.live, trigger)].sort();
  return recipients.length > 0
    ? [ok(`${SUBSCRIPTIONS_KEY} sends ${trigger} to ${recipients.join(', ')}`), unjudged]
    : [problem(`${trigger} is sent to nobody: see the subscription`)];
}
