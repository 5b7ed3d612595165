import { eventKeyName } from '../../argocd/names.ts';
import { formatProvenance, type Provenance, provenanceOf } from '../../argocd/provenance.ts';
import { yamlSafeJson } from '../../lib/json.ts';
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
  const { cr, accessCondition, criteria } = subscription;
  const recipients = subscription.robots.map((robot) => robot.service).sort();
  const context: ConditionContext = {
    accessCondition,
    criteria,
    maxEventAgeSeconds: settings.maxEventAgeSeconds,
    events: subscription.events,
    recipients,
    keyName: (event) => eventKeyName(cr.metadata.namespace, cr.metadata.name, event.name),
  };
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
  const when = eventCondition(event, context);
  const { leaders, followers } = companions(event, context.events);
  return {
    name: context.keyName(event),
    when,
    hasCompanion: leaders.length + followers.length > 0,
    triggerValue: (since) =>
      yamlSafeJson([
        {
          description: formatProvenance(provenance),
          when: when(since),
          ...(trigger.oncePer !== undefined && { oncePer: trigger.oncePer }),
          send,
        },
      ]),
  };
}
