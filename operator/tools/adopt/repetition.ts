import { findTrigger } from '../../message/catalogue/catalogue.ts';
import type { TriggerName } from '../../message/catalogue/trigger.ts';

/** How often an event of the catalogue is sent. */
const OCCURRENCES: Readonly<Record<TriggerName, string>> = {
  'on-created': 'once for each Application that is created',
  'on-deleted': 'once for each deletion',
  'on-deployed': 'once for each deployment',
  'on-health-degraded': 'each time the Application degrades',
  'on-health-recovered': 'each time the Application recovers',
  'on-health-suspended': 'each time the Application is suspended',
  'on-sync-failed': 'once for each sync',
  'on-sync-running': 'once for each sync',
  'on-sync-status-unknown': 'each time the sync status becomes Unknown',
  'on-sync-succeeded': 'once for each sync',
};

/** The well-known values of oncePer, in words. */
const TODAY: readonly (readonly [RegExp, string])[] = [
  [/^app\.status\.(operationState\.syncResult|sync)\.revision$/, 'once for each revision'],
  [/^app\.status\.operationState\.(startedAt|finishedAt)$/, 'once for each sync'],
  [/^app\.metadata\.name$/, 'once for each Application'],
];

/** The note on an event that is sent more or less often after the switch than today; none if nothing changes. */
export function repetitionNotes(catalogue: TriggerName, oncePer: string | undefined): string[] {
  if (oncePer === findTrigger(catalogue)?.oncePer) return [];
  const plain = oncePer?.replaceAll('?.', '.').replace(/\s/g, '');
  const known = TODAY.find(([form]) => plain !== undefined && form.test(plain))?.[1];
  const today =
    oncePer === undefined
      ? 'each time the condition becomes true'
      : (known ?? `once for each value of ${oncePer}`);
  const then = OCCURRENCES[catalogue];
  if (today === then) return [];
  return [`Argo CD sends it ${today} today. With ${catalogue} of the catalogue, it is sent ${then}.`];
}
