import type { Finding } from '../../api/finding.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { findTrigger } from '../../message/catalogue/catalogue.ts';

/** A trigger that tells how another one ended has nothing to tell where nobody was told of that one. */
export function missingCompanions({ spec }: NotificationSubscription): Finding[] {
  const triggers = spec.events.map(({ trigger }) => trigger);
  return triggers.flatMap((trigger, index) => {
    const follows = trigger === undefined ? undefined : findTrigger(trigger)?.follows;
    if (follows === undefined || triggers.includes(follows)) return [];
    const message =
      `spec.events[${index}].trigger: ${trigger} tells of applications of which this subscription has sent ${follows}, ` +
      `and it has no such event. Add "- trigger: ${follows}" to spec.events.`;
    return [{ reason: 'CompanionMissing', message }];
  });
}
