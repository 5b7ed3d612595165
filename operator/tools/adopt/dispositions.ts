import {
  CONTEXT_KEY,
  isDefaultTriggersKey,
  SUBSCRIPTIONS_KEY,
  serviceKey,
  templateKey,
  triggerKey,
} from '../../argocd/names.ts';
import type { ForeignTemplate } from '../../argocd/template-value.ts';
import { firstOf } from '../../lib/first-of.ts';
import type { AnnotatedSubscriber } from './annotations.ts';
import type { ForeignConfig } from './foreign-config.ts';
import type { DingTalkService } from './robots.ts';
import type { StillUsed, Unit } from './units.ts';

/** What becomes of a key of the ConfigMap, or of one recipient in `subscriptions`. */
export interface Disposition {
  readonly key: string;
  /** Which part of `subscriptions`. */
  readonly part?: string;
  readonly isTaken: boolean;
  readonly why: string;
  /** Whether it is DingTalk's and was to be taken over, but can't. */
  readonly isProblem?: true;
}

interface FatesInput {
  readonly config: ForeignConfig;
  readonly services: ReadonlyMap<string, DingTalkService>;
  readonly units: readonly Unit[];
  readonly used: StillUsed;
  readonly subscribers: readonly AnnotatedSubscriber[];
}

/** Says of each key of others whether something takes its place, and why. */
export function dispositionsOf(input: FatesInput): Disposition[] {
  const { config } = input;
  const services = named(config.services.keys(), (name) => serviceFate(name, input));
  const gone = new Set([...services].flatMap(([name, { isTaken }]) => (isTaken ? [name] : [])));
  const triggers = named(config.triggers.keys(), (name) => triggerFate(name, input, gone));
  const sent = new Set(
    [...triggers].flatMap(([name, { isTaken }]) =>
      isTaken ? [] : (config.triggers.get(name) ?? []).flatMap(({ send }) => send),
    ),
  );
  const templates = named(config.templates.keys(), (name) => templateFate(name, input, gone, sent));
  const known = new Map(
    [...services.values(), ...triggers.values(), ...templates.values()].map((fate) => [fate.key, fate]),
  );
  const keys = config.keys.map((key) => known.get(key) ?? { key, isTaken: false, why: otherKey(key) });
  return [...keys, ...input.units.map(unitFate)];
}

function named(names: Iterable<string>, fate: (name: string) => Disposition): Map<string, Disposition> {
  return new Map([...names].map((name) => [name, fate(name)]));
}

function serviceFate(name: string, { services, units, used, subscribers }: FatesInput): Disposition {
  const key = serviceKey(name);
  const left = (why: string, isProblem = false): Disposition => ({
    key,
    isTaken: false,
    why,
    ...(isProblem && { isProblem }),
  });
  const service = services.get(name);
  if (!service) return left('its URL is not one of a DingTalk robot');
  if (service.refusal !== undefined) return left(service.refusal, true);
  const byAnnotation = subscribers.filter((each) => each.service === name);
  if (byAnnotation.length > 0) {
    const objects = [...new Set(byAnnotation.map(({ object }) => object))];
    const how =
      'name them in a NotificationSubscription (applications.names), remove the annotations, and run this again';
    return left(`used by annotations of ${firstOf(objects, 10)}: ${how}`, true);
  }
  if (used.services.has(name)) return left('entries of subscriptions that stay send to it', true);
  if (!units.some((unit) => unit.service === name)) return left('nobody is subscribed to it');
  return { key, isTaken: true, why: 'a DingTalkRobot takes its place' };
}

function triggerFate(
  name: string,
  { config, units, used }: FatesInput,
  gone: ReadonlySet<string>,
): Disposition {
  const key = triggerKey(name);
  const left = (why: string): Disposition => ({ key, isTaken: false, why });
  const isHeard = units.some(({ events, triggers }) => events !== undefined && triggers.includes(name));
  if (used.triggers.has(name))
    return left(isHeard ? 'others are sent it, too' : 'none of what is taken over uses it');
  if (isHeard) return { key, isTaken: true, why: 'events of a NotificationSubscription take its place' };
  const sent = (config.triggers.get(name) ?? []).flatMap(({ send }) => send);
  const isOurs = sent.length > 0 && sent.every((each) => isForOnly(gone, config.templates.get(each)));
  if (!isOurs) return left('none of what is taken over uses it');
  return { key, isTaken: true, why: 'nobody is subscribed to it, and what it sends is for DingTalk only' };
}

function isForOnly(services: ReadonlySet<string>, template: ForeignTemplate | undefined): boolean {
  if (!template || template.speaksToOthers || template.webhook.size === 0) return false;
  return [...template.webhook.keys()].every((service) => services.has(service));
}

function templateFate(
  name: string,
  { config }: FatesInput,
  gone: ReadonlySet<string>,
  sent: ReadonlySet<string>,
): Disposition {
  const key = templateKey(name);
  const left = (why: string): Disposition => ({ key, isTaken: false, why });
  const template = config.templates.get(name);
  const speaksTo = [...(template?.webhook.keys() ?? [])];
  if (sent.has(name)) return left('a trigger that stays sends it');
  if (!speaksTo.some((service) => gone.has(service))) return left('it is for none of the services that go');
  if (!isForOnly(gone, template)) return left('it speaks to other services, too');
  return { key, isTaken: true, why: 'a NotificationTemplate takes its place where it is sent' };
}

function unitFate({ entry, recipient, events, reason }: Unit): Disposition {
  const base = { key: SUBSCRIPTIONS_KEY, part: `entry ${entry.index + 1}, ${recipient}` };
  if (events) return { ...base, isTaken: true, why: 'a NotificationSubscription takes its place' };
  if (reason === undefined) return { ...base, isTaken: false, why: 'it is not sent to DingTalk by a robot' };
  return { ...base, isTaken: false, why: reason, isProblem: true };
}

function otherKey(key: string): string {
  if (key === CONTEXT_KEY) return 'it is for all templates; those that are taken over go on reading it';
  if (isDefaultTriggersKey(key)) return 'annotations of Applications may rely on it';
  return 'not of DingTalk';
}
