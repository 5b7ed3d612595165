import { type ForeignEntry, readRecipient } from '../../argocd/foreign-entries.ts';
import { serviceKey, triggerKey } from '../../argocd/names.ts';
import { parseSelector } from '../../argocd/selector.ts';
import type { Inquiry } from '../../core/model/inquiry.ts';
import type { AnnotatedSubscriber } from './annotations.ts';
import type { ForeignConfig } from './foreign-config.ts';
import type { DingTalkService } from './robots.ts';
import { type TranslatedEvent, translate } from './translate.ts';

/** One recipient of one entry. It is taken over as a whole or not at all: Argo CD would send a half of it twice. */
export interface EntryRecipient {
  readonly entry: ForeignEntry;
  readonly recipient: string;
  readonly service: string;
  /** The default triggers if the entry names none. */
  readonly triggers: readonly string[];
  /** Absent if the recipient stays; then `reason` says why, unless it is not for DingTalk. */
  readonly events?: readonly TranslatedEvent[];
  readonly reason?: string;
  readonly notes: readonly string[];
}

/** All recipients of the shared list, in its order. */
export function entryRecipientsOf(
  config: ForeignConfig,
  services: ReadonlyMap<string, DingTalkService>,
  inquiry: Inquiry,
): EntryRecipient[] {
  return config.entries.flatMap((entry) =>
    entry.recipients.map((recipient) => entryRecipientOf(entry, recipient, config, services, inquiry)),
  );
}

function entryRecipientOf(
  entry: ForeignEntry,
  recipient: string,
  config: ForeignConfig,
  services: ReadonlyMap<string, DingTalkService>,
  inquiry: Inquiry,
): EntryRecipient {
  const { service } = readRecipient(recipient);
  const triggers = [...new Set(entry.triggers.length > 0 ? entry.triggers : config.defaultTriggers)];
  const base = { entry, recipient, service, triggers, notes: [] };
  const dingTalk = services.get(service);
  if (!dingTalk) return base;
  const refuse = (reason: string): EntryRecipient => ({ ...base, reason });
  if (dingTalk.refusal !== undefined) return refuse(`${serviceKey(service)}: ${dingTalk.refusal}`);
  if (entry.selector !== undefined && !parseSelector(entry.selector))
    return refuse(`a NotificationSubscription cannot express the selector ${entry.selector}`);
  const translated = triggers.map((trigger) => translate(trigger, service, config, inquiry));
  const refused = translated.find((each) => !each.ok);
  if (refused) return refuse(refused.reason);
  const done = translated.filter((each) => each.ok);
  return { ...base, events: done.flatMap(({ events }) => events), notes: done.flatMap(({ notes }) => notes) };
}

/** An annotation without a trigger subscribes to the default triggers. */
export function withDefaults(
  subscribers: readonly AnnotatedSubscriber[],
  { defaultTriggers, serviceDefaults }: ForeignConfig,
): AnnotatedSubscriber[] {
  return subscribers.map((each) =>
    each.triggers.length > 0
      ? each
      : { ...each, triggers: serviceDefaults.get(each.service) ?? defaultTriggers },
  );
}

/**
 * The engine sends an event once to a service, however many entries and annotations subscribe to it. If one of these stays, all
 * others for the same event and service stay too: otherwise both configurations would send the event.
 */
export function withoutHalves(
  recipients: readonly EntryRecipient[],
  subscribers: readonly AnnotatedSubscriber[],
): readonly EntryRecipient[] {
  const staying = new Map<string, string>();
  const note = (service: string, triggers: readonly string[], subscriber: string): void => {
    for (const trigger of triggers) staying.set(JSON.stringify([service, trigger]), subscriber);
  };
  for (const { service, triggers, object } of subscribers)
    note(service, triggers, `an annotation of ${object}`);
  for (const { service, triggers, entry, events } of recipients)
    if (!events) note(service, triggers, `entry ${entry.index + 1} of subscriptions`);
  const next = recipients.map((recipient): EntryRecipient => {
    const { events, ...rest } = recipient;
    const trigger = recipient.triggers.find((each) => staying.has(JSON.stringify([recipient.service, each])));
    if (!events || trigger === undefined) return recipient;
    const subscriber = staying.get(JSON.stringify([recipient.service, trigger]));
    const reason = `${triggerKey(trigger)}: ${subscriber} stays and sends the same, so Argo CD would send it twice`;
    return { ...rest, reason };
  });
  return next.every((recipient, index) => recipient === recipients[index])
    ? recipients
    : withoutHalves(next, subscribers);
}

/** The services and triggers that stay in use. */
export interface StillUsed {
  readonly services: ReadonlySet<string>;
  readonly triggers: ReadonlySet<string>;
}

/** Services and triggers of the recipients that stay, and of objects that subscribe by annotation. */
export function stillUsed(
  recipients: readonly EntryRecipient[],
  subscribers: readonly AnnotatedSubscriber[],
  { defaultTriggers, serviceDefaults }: ForeignConfig,
): StillUsed {
  const staying = recipients.filter(({ events }) => events === undefined);
  const services = [...staying, ...subscribers].map(({ service }) => service);
  const triggers = [
    ...staying.flatMap((each) => each.triggers),
    ...subscribers.flatMap((each) => each.triggers),
    ...defaultTriggers,
    ...[...serviceDefaults.values()].flat(),
  ];
  return { services: new Set(services), triggers: new Set(triggers) };
}
