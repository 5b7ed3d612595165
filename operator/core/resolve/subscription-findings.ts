import type { Finding } from '../../api/finding.ts';
import type { ApplicationSubscription, NotificationSubscription } from '../../api/kinds.ts';
import { GRANTED_NAMESPACES } from '../../api/names.ts';
import { eventKeyName, subscriptionKeyName, templateKey, triggerKey } from '../../argocd/names.ts';
import { globMatches } from '../../lib/glob.ts';
import { findTrigger } from '../../message/catalogue/catalogue.ts';
import { isForeignKey } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { type Access, countsDestinations } from './access-condition.ts';
import { eventName } from './event-name.ts';
import { keyTakenMessage } from './robots.ts';

/** The keys that a subscription with these events can have. */
export function keyNames(
  namespace: string,
  name: string,
  events: NotificationSubscription['spec']['events'],
): string[] {
  const names = events.map((event) => eventKeyName(namespace, name, eventName(event)));
  return [...names.map(triggerKey), ...[...names, subscriptionKeyName(namespace, name)].map(templateKey)];
}

/** A foreign key is never taken over. */
export function takenKeys(
  { metadata, spec }: NotificationSubscription,
  { target, config }: Snapshot,
): Finding[] {
  return keyNames(metadata.namespace, metadata.name, spec.events)
    .filter((key) => isForeignKey(target.configMap, key))
    .map((key) => ({
      reason: 'KeyTaken',
      message: keyTakenMessage('ConfigMap', config.target.configMap, key),
    }));
}

/** A project that is not granted is not a mistake: applications that the namespace has access to anyway can belong to it. */
export function ungranted(cr: ApplicationSubscription, { granted, accessCondition }: Access): Finding[] {
  const { namespace } = cr.metadata;
  const missing = (cr.spec.applications.projects ?? []).filter(
    (project) => !granted.some((pattern) => globMatches(pattern, project)),
  );
  if (missing.length === 0) return [];
  const message =
    `spec.applications.projects: namespace ${namespace} has no grant for ${missing.join(', ')}. From such a project, the ` +
    'subscription reports only applications that live in the namespace' +
    `${countsDestinations(accessCondition) ? ' or deploy to it' : ''}. Ask the platform team for a grant under ` +
    `tenancy.projects of the operator's configuration, or by the annotation ${GRANTED_NAMESPACES} on the AppProject.`;
  return [{ reason: 'ProjectNotGranted', message }];
}

/** Refuses own conditions, where the installation takes them from trusted namespaces only. */
export function untrustedExpressions(
  { metadata, spec }: NotificationSubscription,
  { config: { tenancy } }: Snapshot,
): Finding[] {
  const trusted = tenancy.trustedNamespaces;
  if (tenancy.allowExpressions || trusted.includes(metadata.namespace)) return [];
  return spec.events.flatMap(({ when }, index): Finding[] => {
    if (when === undefined) return [];
    const message =
      `spec.events[${index}].when: on this installation, only trusted namespaces may write their own conditions ` +
      `(${trusted.join(', ') || 'there are none'}), and ${metadata.namespace} is not one. Use a trigger of the catalogue, or ask ` +
      'the platform team for tenancy.allowExpressions.';
    return [{ reason: 'ExpressionNotTrusted', message }];
  });
}

/** An event without a time is sent again to new recipients. */
export function replayable({ spec }: NotificationSubscription): Finding[] {
  const names = spec.events
    .filter(({ when, eventTime }) => when !== undefined && eventTime === undefined)
    .map(eventName);
  if (names.length === 0) return [];
  const message =
    `spec.events: eventTime is missing in ${names.join(', ')}. A change of the subscription, its conditions or its robots ` +
    'can send messages about applications for which the condition holds already. Add eventTime beside when.';
  return [{ reason: 'ReplayPossible', message }];
}

/** A trigger that follows another one needs that one: it is sent only after the other one was. */
export function missingCompanions({ spec }: NotificationSubscription): Finding[] {
  const triggers = spec.events.map(({ trigger }) => trigger);
  return triggers.flatMap((trigger, index) => {
    const follows = trigger === undefined ? undefined : findTrigger(trigger)?.follows;
    if (follows === undefined || triggers.includes(follows)) return [];
    const message =
      `spec.events[${index}].trigger: ${trigger} reports only applications for which this subscription has sent ${follows}, ` +
      `and the subscription has no event ${follows}. Add "- trigger: ${follows}" to spec.events.`;
    return [{ reason: 'CompanionMissing', message }];
  });
}
