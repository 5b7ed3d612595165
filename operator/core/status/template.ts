import type { NotificationTemplate } from '../../api/kinds.ts';
import type { ResolvedTemplate } from '../resolve/templates.ts';
import { accepted, conditions, ready } from './conditions.ts';

/** The status that a template should show; `usedBy` counts the subscriptions that name it. */
export function templateStatus(
  { cr, verdict }: ResolvedTemplate,
  usedBy: number,
  now: Date,
): NonNullable<NotificationTemplate['status']> {
  const parts = [accepted(verdict, 'Subscriptions can use the template.')];
  const { generation } = cr.metadata;
  return {
    observedGeneration: generation,
    usedBy,
    conditions: conditions([ready(parts, false), ...parts], cr.status?.conditions, generation, now),
  };
}
