import type { NotificationSubscription, NotificationTemplate } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import type { Faults } from '../model/faults.ts';
import type { Resolution, ResolvedTemplate } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { claimOn } from '../resolve/selection.ts';
import { mayUse, referenceKey } from '../resolve/sharing.ts';
import { accepted, conditions, ready } from './conditions.ts';

/** The status that a template should show; `usedBy` counts the subscriptions that name it. */
export function templateStatus(
  { cr, verdict }: ResolvedTemplate,
  usedBy: number,
  snapshot: Snapshot,
): NonNullable<NotificationTemplate['status']> {
  const parts = [accepted(verdict, 'Subscriptions can use the template.')];
  const { generation } = cr.metadata;
  return {
    ...claimOn(cr, false, snapshot),
    observedGeneration: generation,
    usedBy,
    conditions: conditions(
      [ready(parts, false), ...parts],
      cr.status?.conditions,
      generation,
      snapshot.serverTime,
    ),
  };
}

/**
 * The number of subscriptions that name each template and may use it, by `namespace/name`. A number reveals no subscription to
 * the template's owner.
 */
export function countUsers(
  { subscriptions, gitee, templates }: Resolution,
  faults: Pick<Faults, 'guard'>,
): Map<string, number> {
  const crs = new Map(templates.map(({ cr }) => [resourceKey(cr), cr]));
  const users = new Map<string, number>();
  for (const { cr } of [...subscriptions, ...gitee]) {
    const { namespace } = cr.metadata;
    const named = () => templatesOf(cr).filter((key) => isUsable(namespace, crs.get(key)));
    for (const key of faults.guard(cr, named, () => []) ?? []) users.set(key, (users.get(key) ?? 0) + 1);
  }
  return users;
}

const templatesOf = ({ metadata, spec }: NotificationSubscription): string[] => [
  ...new Set(
    spec.events.flatMap(({ template }) => (template ? [referenceKey(metadata.namespace, template)] : [])),
  ),
];

const isUsable = (namespace: string, template: NotificationTemplate | undefined): boolean =>
  template !== undefined && mayUse(namespace, template);
