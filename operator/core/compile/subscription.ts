/**
 * An accepted resource → its keys: a subscription here, with condition.ts and templates.ts for its events, a robot in robot.ts.
 * access-hash.ts says of a key by which access it was made.
 */

import { eventKeyName } from '../../argocd/names.ts';
import { formatProvenance, type Provenance, provenanceOf } from '../../argocd/provenance.ts';
import { formatTrigger } from '../../argocd/trigger-value.ts';
import type { ResolvedEvent } from '../resolve/events.ts';
import type { ResolvedSubscription } from '../resolve/subscriptions.ts';
import { accessHash } from './access-hash.ts';
import { type ConditionContext, companions, eventCondition } from './condition.ts';
import { compileTemplates } from './templates.ts';

/** What a subscription wants in the merged objects. */
export interface SubscriptionFragment {
  /** Names of the services it sends to. */
  readonly recipients: readonly string[];
  readonly events: readonly EventFragment[];
  /** Values of `template.<name>`, by name. */
  readonly templates: Readonly<Record<string, string>>;
}

/** One event: a trigger. */
export interface EventFragment {
  readonly name: string;
  /** Whether its condition looks at what was sent by another event of the subscription, or is looked at. */
  readonly hasCompanion: boolean;
  /** Value of `trigger.<name>`, but for the moment from which on events count. */
  triggerValue(since: string): string;
  /** The trigger's condition; its bytes are part of the key by which the engine knows what it has sent. */
  when(since: string): string;
}

/** What is the same for all subscriptions of an installation. */
export interface CompileSettings {
  readonly argocdUrl: string | undefined;
  readonly maxEventAgeSeconds: number;
}

/** A subscription that resolved → its triggers, templates and recipients. */
export function compileSubscription(
  subscription: ResolvedSubscription,
  settings: CompileSettings,
): SubscriptionFragment {
  const { cr, accessCondition } = subscription;
  const recipients = subscription.robots.map((robot) => robot.service).sort();
  const { maxEventAgeSeconds } = settings;
  const context: ConditionContext = { ...subscription, maxEventAgeSeconds, recipients };
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
