import { triggerKey } from '../../argocd/names.ts';
import type { Decision } from '../../core/decide.ts';
import { liveRecipients } from '../../core/model/live.ts';
import { own } from '../../lib/own.ts';
import type { ChangedTrigger } from '../diff/difference.ts';

/** The triggers of a plan that are new to somebody, compared with what is live. */
export function freshTriggers({ plan, live }: Decision): ChangedTrigger[] {
  const standing = new Map([...live.events.values()].flat().map(({ key, value }) => [key, value]));
  return plan.entries.flatMap(({ triggers, recipients }) =>
    triggers.flatMap((trigger) => {
      const key = triggerKey(trigger);
      const known =
        standing.get(key) === own(plan.configMap, key) ? liveRecipients(live, trigger) : new Set();
      const fresh = recipients.filter((recipient) => !known.has(recipient));
      return fresh.length === 0 ? [] : [{ trigger, recipients: fresh }];
    }),
  );
}
