import type { NotificationSubscription } from '../../api/kinds.ts';
import { eventKeyName, subscriptionKeyName } from '../../argocd/names.ts';
import { formatMessage, formatTemplate } from '../../argocd/template-value.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { setOwn } from '../../lib/own.ts';
import { eventsBody } from '../../message/message.ts';
import { selector } from '../../template/go/compile.ts';
import type { ResolvedMessage, ResolvedRobot } from '../model/resolved.ts';
import { messageInputs } from '../resolve/event-messages.ts';

/** A subscription's messages and the robots that get them. */
export interface MessageSources<Message> {
  readonly cr: NotificationSubscription;
  readonly events: readonly Message[];
  readonly robots: readonly ResolvedRobot[];
}

/** The templates of a subscription. */
export interface CompiledTemplates<Message> {
  /** Values of `template.<name>`, by name. */
  readonly values: Readonly<Record<string, string>>;
  /** Names of the templates that an event's trigger sends, in this order. */
  sentBy(event: Message): readonly string[];
}

/**
 * The messages of a subscription. A Go template can share nothing with another one, and each contains the code that prints
 * values safely. So one template contains several messages, and each event has a small template that selects its message. Argo
 * CD executes the templates of a trigger in their order, with the same data, which is created again for each send:
 * https://github.com/argoproj/notifications-engine/blob/master/pkg/templates/service.go. A single message, a raw one, and one
 * that its owner in another namespace may withdraw are in the templates of their events.
 * @param markFor the provenance of an event's template, or of the template that several events share
 */
export function compileTemplates<Message extends ResolvedMessage>(
  { cr, events, robots }: MessageSources<Message>,
  markFor: (event?: Message) => string,
  argocdUrl: string | undefined,
): CompiledTemplates<Message> {
  const { namespace, name } = cr.metadata;
  const marks = events.map(markFor);
  const inputs = [...messageInputs(events, robots, argocdUrl), ...marks, markFor()];
  const ownName = (event: Message) => eventKeyName(namespace, name, event.name);
  const together = messagesTogether(events);
  const shared = subscriptionKeyName(namespace, name);
  const bodyOf = (these: readonly Message[]) => {
    const messages = these.map(({ message }) => message);
    return ({ audience }: ResolvedRobot) => eventsBody(messages, audience, argocdUrl);
  };
  const compile = () => {
    const values: Record<string, string> = {};
    for (const [index, event] of events.entries()) {
      const { posted, raw = posted } = event;
      const managedBy = marks[index] as string;
      const place = together.indexOf(event);
      setOwn(
        values,
        ownName(event),
        place >= 0
          ? formatMessage(selector(place), managedBy)
          : template(managedBy, robots, raw === undefined ? bodyOf([event]) : () => raw),
      );
    }
    if (together.length > 0) setOwn(values, shared, template(markFor(), robots, bodyOf(together)));
    return values;
  };
  return {
    values: compiledTemplates.get(cr, inputs, compile),
    sentBy: (event) => [ownName(event), ...(together.includes(event) ? [shared] : [])],
  };
}

const compiledTemplates = new ObjectMemo<NotificationSubscription, Readonly<Record<string, string>>>();

/** The events whose messages share one template, in the order of their places in it. */
export function messagesTogether<Message extends ResolvedMessage>(
  events: readonly Message[],
): readonly Message[] {
  const lasting = events.filter(
    ({ raw, posted, sharedTemplate }) =>
      raw === undefined && posted === undefined && sharedTemplate === undefined,
  );
  return lasting.length > 1 ? lasting : [];
}

function template(
  managedBy: string,
  robots: readonly ResolvedRobot[],
  bodyFor: (robot: ResolvedRobot) => string,
): string {
  // Every service needs POST here: without an entry of its own the engine sends a GET, which is lost.
  const webhook = robots
    .map((robot) => [robot.service, { method: 'POST', body: bodyFor(robot) }] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return formatTemplate({ managedBy, webhook: Object.fromEntries(webhook) });
}
