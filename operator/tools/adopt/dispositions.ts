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
import type { EntryRecipient, StillUsed } from './entry-recipients.ts';
import type { ForeignConfig } from './foreign-config.ts';
import type { DingTalkService } from './robots.ts';

/** The decision on a key of the ConfigMap, or on one recipient in `subscriptions`. */
export interface Disposition {
  readonly key: string;
  /** The part of `subscriptions`. */
  readonly part?: string;
  readonly isTaken: boolean;
  readonly why: string;
  /** Whether it is for DingTalk and should be taken over, but can't. */
  readonly isProblem?: true;
}

interface DispositionInput {
  readonly config: ForeignConfig;
  readonly services: ReadonlyMap<string, DingTalkService>;
  readonly recipients: readonly EntryRecipient[];
  readonly used: StillUsed;
  readonly subscribers: readonly AnnotatedSubscriber[];
}

/** Decides for each foreign key whether a custom resource replaces it, with the reason. */
export function dispositionsOf(input: DispositionInput): Disposition[] {
  const { config } = input;
  const services = named(config.services.keys(), (name) => serviceDisposition(name, input));
  const gone = new Set([...services].flatMap(([name, { isTaken }]) => (isTaken ? [name] : [])));
  const triggers = named(config.triggers.keys(), (name) => triggerDisposition(name, input, gone));
  const sent = new Set(
    [...triggers].flatMap(([name, { isTaken }]) =>
      isTaken ? [] : (config.triggers.get(name) ?? []).flatMap(({ send }) => send),
    ),
  );
  const templates = named(config.templates.keys(), (name) => templateDisposition(name, input, gone, sent));
  const known = new Map(
    [...services.values(), ...triggers.values(), ...templates.values()].map((disposition) => [
      disposition.key,
      disposition,
    ]),
  );
  const keys = config.keys.map((key) => known.get(key) ?? { key, isTaken: false, why: otherKey(key) });
  return [...keys, ...input.recipients.map(recipientDisposition)];
}

function named(
  names: Iterable<string>,
  disposition: (name: string) => Disposition,
): Map<string, Disposition> {
  return new Map([...names].map((name) => [name, disposition(name)]));
}

function serviceDisposition(
  name: string,
  { config, services, recipients, used, subscribers }: DispositionInput,
): Disposition {
  const key = config.serviceKeys.get(name) ?? serviceKey(name);
  const left = (why: string, isProblem = false): Disposition => ({
    key,
    isTaken: false,
    why,
    ...(isProblem && { isProblem }),
  });
  const service = services.get(name);
  if (!service) return left('the URL does not belong to a DingTalk robot');
  if (service.refusal !== undefined) return left(service.refusal, true);
  const byAnnotation = subscribers.filter((each) => each.service === name);
  if (byAnnotation.length > 0) {
    const objects = [...new Set(byAnnotation.map(({ object }) => object))];
    const how =
      'name the Applications in a NotificationSubscription (applications.names), remove the annotations, and run adopt again';
    return left(`used by annotations of ${firstOf(objects, 10)}: ${how}`, true);
  }
  if (used.services.has(name)) return left('entries that stay in subscriptions send to it', true);
  if (!recipients.some((recipient) => recipient.service === name)) return left('nobody is subscribed to it');
  return { key, isTaken: true, why: 'a DingTalkRobot takes its place' };
}

function triggerDisposition(
  name: string,
  { config, recipients, used }: DispositionInput,
  gone: ReadonlySet<string>,
): Disposition {
  const key = triggerKey(name);
  const left = (why: string): Disposition => ({ key, isTaken: false, why });
  const isSubscribed = recipients.some(
    ({ events, triggers }) => events !== undefined && triggers.includes(name),
  );
  if (used.triggers.has(name))
    return left(
      isSubscribed ? 'other subscribers use it, too' : 'no subscription that is taken over uses it',
    );
  if (isSubscribed) return { key, isTaken: true, why: 'events of a NotificationSubscription take its place' };
  const sent = (config.triggers.get(name) ?? []).flatMap(({ send }) => send);
  const isOurs = sent.length > 0 && sent.every((each) => isForOnly(gone, config.templates.get(each)));
  if (!isOurs) return left('no subscription that is taken over uses it');
  return { key, isTaken: true, why: 'nobody is subscribed to it, and its templates are for DingTalk only' };
}

function isForOnly(services: ReadonlySet<string>, template: ForeignTemplate | undefined): boolean {
  if (!template || template.speaksToOthers || template.webhook.size === 0) return false;
  return [...template.webhook.keys()].every((service) => services.has(service));
}

function templateDisposition(
  name: string,
  { config }: DispositionInput,
  gone: ReadonlySet<string>,
  sent: ReadonlySet<string>,
): Disposition {
  const key = templateKey(name);
  const left = (why: string): Disposition => ({ key, isTaken: false, why });
  const template = config.templates.get(name);
  const speaksTo = [...(template?.webhook.keys() ?? [])];
  if (sent.has(name)) return left('a trigger that stays sends it');
  if (!speaksTo.some((service) => gone.has(service))) return left('no service that is taken over uses it');
  if (!isForOnly(gone, template)) return left('other services use it, too');
  return { key, isTaken: true, why: 'a NotificationTemplate takes its place in each event that uses it' };
}

function recipientDisposition({ entry, recipient, events, reason }: EntryRecipient): Disposition {
  const base = { key: SUBSCRIPTIONS_KEY, part: `entry ${entry.index + 1}, ${recipient}` };
  if (events) return { ...base, isTaken: true, why: 'a NotificationSubscription takes its place' };
  if (reason === undefined) return { ...base, isTaken: false, why: 'the recipient is not a DingTalk robot' };
  return { ...base, isTaken: false, why: reason, isProblem: true };
}

function otherKey(key: string): string {
  if (key === CONTEXT_KEY) return 'all templates read it, also those that are taken over';
  if (isDefaultTriggersKey(key)) return 'annotations of Applications may rely on it';
  return 'not for DingTalk';
}
