import { type ForeignEntry, readRecipient } from '../../argocd/foreign-entries.ts';
import { serviceKey, triggerKey } from '../../argocd/names.ts';
import { parseSelector } from '../../argocd/selector.ts';
import type { Inquiry } from '../../core/model/inquiry.ts';
import type { AnnotatedSubscriber } from './annotations.ts';
import type { ForeignConfig } from './foreign-config.ts';
import type { DingTalkService } from './robots.ts';
import { type TranslatedEvent, translate } from './translate.ts';

/** One recipient of one entry: what is taken over as a whole or not at all, since a half of it would be told twice. */
export interface Unit {
  readonly entry: ForeignEntry;
  readonly recipient: string;
  readonly service: string;
  /** With the default triggers, where the entry names none. */
  readonly triggers: readonly string[];
  /** Absent where it stays; then `reason` says why, unless it is none of DingTalk's. */
  readonly events?: readonly TranslatedEvent[];
  readonly reason?: string;
  readonly notes: readonly string[];
}

/** All units of the shared list, in its order. */
export function unitsOf(
  config: ForeignConfig,
  services: ReadonlyMap<string, DingTalkService>,
  inquiry: Inquiry,
): Unit[] {
  return config.entries.flatMap((entry) =>
    entry.recipients.map((recipient) => unitOf(entry, recipient, config, services, inquiry)),
  );
}

function unitOf(
  entry: ForeignEntry,
  recipient: string,
  config: ForeignConfig,
  services: ReadonlyMap<string, DingTalkService>,
  inquiry: Inquiry,
): Unit {
  const { service } = readRecipient(recipient);
  const triggers = [...new Set(entry.triggers.length > 0 ? entry.triggers : config.defaultTriggers)];
  const base = { entry, recipient, service, triggers, notes: [] };
  const dingTalk = services.get(service);
  if (!dingTalk) return base;
  const refuse = (reason: string): Unit => ({ ...base, reason });
  if (dingTalk.refusal !== undefined) return refuse(`${serviceKey(service)}: ${dingTalk.refusal}`);
  if (entry.selector !== undefined && !parseSelector(entry.selector))
    return refuse(`a NotificationSubscription has no words for the selector ${entry.selector}`);
  const carried = triggers.map((trigger) => translate(trigger, service, config, inquiry));
  const refused = carried.find((each) => !each.ok);
  if (refused) return refuse(refused.reason);
  const done = carried.filter((each) => each.ok);
  return { ...base, events: done.flatMap(({ events }) => events), notes: done.flatMap(({ notes }) => notes) };
}

/** Who subscribes by annotation without a trigger means the default ones. */
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
 * The engine sends an event once to a service, however many entries and annotations say so. If one of these stays, so does
 * every other one for the same: else both configurations would tell of it.
 */
export function withoutHalves(
  units: readonly Unit[],
  subscribers: readonly AnnotatedSubscriber[],
): readonly Unit[] {
  const staying = new Map<string, string>();
  const note = (service: string, triggers: readonly string[], who: string): void => {
    for (const trigger of triggers) staying.set(JSON.stringify([service, trigger]), who);
  };
  for (const { service, triggers, object } of subscribers)
    note(service, triggers, `an annotation of ${object}`);
  for (const { service, triggers, entry, events } of units)
    if (!events) note(service, triggers, `entry ${entry.index + 1} of subscriptions, which stays`);
  const next = units.map((unit): Unit => {
    const { events, ...rest } = unit;
    const trigger = unit.triggers.find((each) => staying.has(JSON.stringify([unit.service, each])));
    if (!events || trigger === undefined) return unit;
    const who = staying.get(JSON.stringify([unit.service, trigger]));
    return { ...rest, reason: `${triggerKey(trigger)}: ${who}, says the same, and it would be told twice` };
  });
  return next.every((unit, index) => unit === units[index]) ? units : withoutHalves(next, subscribers);
}

/** What stays in use beside what is taken over. */
export interface StillUsed {
  readonly services: ReadonlySet<string>;
  readonly triggers: ReadonlySet<string>;
}

/** Services and triggers of the units that stay, and of whoever subscribes by annotation. */
export function stillUsed(
  units: readonly Unit[],
  subscribers: readonly AnnotatedSubscriber[],
  { defaultTriggers, serviceDefaults }: ForeignConfig,
): StillUsed {
  const staying = units.filter(({ events }) => events === undefined);
  const services = [...staying, ...subscribers].map(({ service }) => service);
  const triggers = [
    ...staying.flatMap((each) => each.triggers),
    ...subscribers.flatMap((each) => each.triggers),
    ...defaultTriggers,
    ...[...serviceDefaults.values()].flat(),
  ];
  return { services: new Set(services), triggers: new Set(triggers) };
}
