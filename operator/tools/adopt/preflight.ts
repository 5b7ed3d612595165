import { ADOPTED_FROM, resourceKey } from '../../api/names.ts';
import type { Decision } from '../../core/decide.ts';
import { liveRecipients } from '../../core/model/live.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import type { Resources } from './drafts.ts';
import { originOf } from './origins.ts';

/**
 * The custom resources that cannot replace their origin: they are not in the cluster, or refused or suspended there. They may have
 * been edited since; it only counts that they are in force.
 */
export function resourceProblems(
  { robots, templates, subscriptions }: Resources,
  { resolution, plan, live }: Decision,
): string[] {
  const judged = [...resolution.robots, ...resolution.templates, ...resolution.subscriptions];
  const verdicts = new Map(judged.map(({ cr, verdict }) => [`${cr.kind} ${resourceKey(cr)}`, verdict]));
  const problems = [...robots, ...templates, ...subscriptions].flatMap((draft) => {
    const name = `${draft.kind} ${resourceKey(draft)}`;
    const problem = problemOf(verdicts.get(name));
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
  if (problems.length > 0) return problems;
  const expected = new Set(subscriptions.map(resourceKey));
  const idle = subscriptions.filter((draft) => !plan.subscriptions.has(resourceKey(draft)));
  const forgotten = resolution.subscriptions.filter(({ cr }) => {
    const key = resourceKey(cr);
    return (
      originOf(cr) !== undefined && !expected.has(key) && plan.subscriptions.has(key) && !live.events.has(key)
    );
  });
  return [
    ...idle.map(
      (draft) =>
        `${draft.kind} ${resourceKey(draft)}: the subscription is suspended, or has no robot to send to`,
    ),
    ...forgotten.map(({ cr }) => `${cr.kind} ${resourceKey(cr)}: ${FORGOTTEN}`),
  ];
}

/** Whether any of the subscriptions is live already, beside the configuration that it replaces. */
export function isInForce({ subscriptions }: Resources, { plan, live }: Decision): boolean {
  const triggers = subscriptions.flatMap(
    (each) => plan.subscriptions.get(resourceKey(each))?.entry.triggers ?? [],
  );
  return triggers.some((trigger) => liveRecipients(live, trigger).size > 0);
}

const FORGOTTEN =
  'the subscription was adopted from configuration that has changed since. It would send notifications beside the resources that ' +
  `are adopted now. Delete it, or remove its annotation ${ADOPTED_FROM} to keep it.`;

function problemOf(verdict: Verdict | undefined): string | undefined {
  if (!verdict) return `the cluster has no such resource with the annotation ${ADOPTED_FROM}`;
  if (verdict.refusal) return `${verdict.refusal.reason}: ${verdict.refusal.message}`;
  return undefined;
}
