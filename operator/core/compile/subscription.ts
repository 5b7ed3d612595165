/**
 * An accepted resource → its keys: a subscription here, with condition.ts and templates.ts for its events, a robot in
 * robot.ts. access-hash.ts records in a key with which access it was made.
 */

import { eventKeyName } from '../../argocd/names.ts';
import { formatProvenance, type Provenance, provenanceOf } from '../../argocd/provenance.ts';
import { formatTrigger } from '../../argocd/trigger-value.ts';
import type { ResolvedEvent, ResolvedSubscription } from '../model/resolved.ts';
import { accessHash } from './access-hash.ts';
import { type ConditionContext, companions, eventCondition } from './condition.ts';
import type { CompileSettings, EventFragment, SubscriptionFragment } from './fragments.ts';
import { compileTemplates } from './templates.ts';

/** A subscription that resolved → its triggers, templates and recipients. */
export function compileSubscription(
  subscription: ResolvedSubscription,
  settings: CompileSettings,
): SubscriptionFragment {
  const { cr, accessCondition } = subscription;
  const recipients = subscription.robots.map((robot) => robot.service).sort();
  const { maxEventAgeSeconds } = settings;
  const noted = [...(subscription.noted ?? recipients)].sort();
  const context: ConditionContext = { ...subscription, maxEventAgeSeconds, recipients: noted };
  const provenanceFor = (event?: ResolvedEvent): Provenance => {
    const expressions = event !== undefined && event.catalogueName === undefined;
    const uses = { raw: event?.raw !== undefined, expressions };
    return provenanceOf(cr.metadata, accessHash(accessCondition, uses), event?.sharedTemplate);
  };
  const markFor = (event?: ResolvedEvent) => formatProvenance(provenanceFor(event));
  const { values, sentBy } = compileTemplates(subscription, markFor, settings.argocdUrl);
  return {
    recipients,
    events: subscription.events.map((event) =>
      compileEvent(event, provenanceFor(event), context, sentBy(event)),
    ),
    templates: values,
  };
}

function compileEvent(
  event: ResolvedEvent,
  provenance: Provenance,
  context: ConditionContext,
  send: readonly string[],
): EventFragment {
  const { trigger } = event;
  const { namespace, name } = context.cr.metadata;
  const when = eventCondition(event, context);
  const { leaders, followers } = companions(event, context.events);
  return {
    name: eventKeyName(namespace, name, event.name),
    when,
    hasCompanion: leaders.length + followers.length > 0,
    triggerValue: (since) =>
      formatTrigger({
        description: formatProvenance(provenance),
        when: when(since),
        ...(trigger.oncePer !== undefined && { oncePer: trigger.oncePer }),
        send,
      }),
  };
}
