import { yamlSafeJson } from '../json.ts';
import { eventBody } from '../message/event-body.ts';
import { eventKeyName } from '../names.ts';
import { formatProvenance, type Provenance, provenanceOf } from '../provenance.ts';
import type { ResolvedEvent } from '../resolve/events.ts';
import type { ResolvedRobot } from '../resolve/robots.ts';
import type { ResolvedSubscription } from '../resolve/subscriptions.ts';
import { accessHash } from './access.ts';
import { type ConditionContext, companions, eventCondition } from './condition.ts';

/** What a subscription wants in the merged objects. */
export interface SubscriptionFragment {
  /** Names of the services it sends to. */
  readonly recipients: readonly string[];
  readonly events: readonly EventFragment[];
}

/** One event: a trigger and a template of one name. */
export interface EventFragment {
  readonly name: string;
  /** Value of `template.<name>`. */
  readonly templateValue: string;
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

/** A subscription that resolved → its trigger, template and recipients, for each event. */
export function compileSubscription(
  subscription: ResolvedSubscription,
  settings: CompileSettings,
): SubscriptionFragment {
  const { cr, fence, criteria } = subscription;
  const recipients = subscription.robots.map((robot) => robot.service).sort();
  const context: ConditionContext = {
    fence,
    criteria,
    maxEventAgeSeconds: settings.maxEventAgeSeconds,
    events: subscription.events,
    recipients,
    keyName: (event) => eventKeyName(cr.metadata.namespace, cr.metadata.name, event.name),
  };
  return {
    recipients,
    events: subscription.events.map((event) =>
      compileEvent(event, {
        provenance: provenanceOf(
          cr.metadata,
          accessHash(fence, { raw: event.raw !== undefined, expressions: event.catalogueName === undefined }),
          event.sharedTemplate,
        ),
        context,
        robots: subscription.robots,
        settings,
      }),
    ),
  };
}

interface EventContext {
  readonly provenance: Provenance;
  readonly context: ConditionContext;
  readonly robots: readonly ResolvedRobot[];
  readonly settings: CompileSettings;
}

function compileEvent(
  event: ResolvedEvent,
  { provenance, context, robots, settings }: EventContext,
): EventFragment {
  const { trigger } = event;
  const name = context.keyName(event);
  const when = eventCondition(event, context);
  const { leaders, followers } = companions(event, context.events);
  const entries = robots.map((robot): [string, object] => [
    robot.service,
    { method: 'POST', body: event.raw ?? typedBody(event, robot, settings.argocdUrl) },
  ]);
  return {
    name,
    when,
    hasCompanion: leaders.length + followers.length > 0,
    triggerValue: (since) =>
      yamlSafeJson([
        {
          description: formatProvenance(provenance),
          when: when(since),
          ...(trigger.oncePer !== undefined && { oncePer: trigger.oncePer }),
          send: [name],
        },
      ]),
    templateValue: yamlSafeJson({
      // First, since a raw template's own text could hold the same mark.
      managedBy: formatProvenance(provenance),
      // POST must be said for every service: without an entry of its own the engine sends a GET, which is lost.
      webhook: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  };
}

function typedBody(event: ResolvedEvent, { audience }: ResolvedRobot, argocdUrl: string | undefined): string {
  const body = eventBody(event.message, audience, argocdUrl);
  // The judgement has made them all before.
  if (!body.ok) throw new Error(`${event.path}: ${body.finding.message}`);
  return body.body;
}
