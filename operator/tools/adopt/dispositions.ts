import {
  CONTEXT_KEY,
  isDefaultTriggersKey,
  serviceKey,
  templateKey,
  triggerKey,
} from '../../argocd/names.ts';
import type { ForeignTemplate } from '../../argocd/template-value.ts';
import { isTaken } from './deliveries.ts';
import type { Disposition, DispositionInput } from './disposition.ts';
import { subscriberDispositions } from './subscriber-dispositions.ts';

/** Decides for each foreign key whether a custom resource replaces it, with the reason. */
export function dispositionsOf(input: DispositionInput): Disposition[] {
  const { config } = input;
  const services = named(config.services.keys(), (name) => serviceDisposition(name, input));
  const gone = new Set([...services].flatMap(([name, each]) => (each.isTaken ? [name] : [])));
  const triggers = named(config.triggers.keys(), (name) => triggerDisposition(name, input, gone));
  const sent = new Set(
    [...triggers].flatMap(([name, each]) =>
      each.isTaken ? [] : (config.triggers.get(name) ?? []).flatMap(({ send }) => send),
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
  return [...keys, ...subscriberDispositions(input)];
}

function named(
  names: Iterable<string>,
  disposition: (name: string) => Disposition,
): Map<string, Disposition> {
  return new Map([...names].map((name) => [name, disposition(name)]));
}

function serviceDisposition(
  name: string,
  { config, services, deliveries, used }: DispositionInput,
): Disposition {
  const key = config.serviceKeys.get(name) ?? serviceKey(name);
  const left = (why: string, isProblem = false): Disposition => ({
    key,
    isTaken: false,
    why,
    ...(isProblem && { isProblem }),
  });
  const service = services.get(name);
  if (!service) return left('the service does not send to a DingTalk robot');
  if (service.refusal !== undefined) return left(service.refusal, true);
  if (used.services.has(name)) return left('subscribers that stay send to it', true);
  if (!deliveries.some((each) => each.service === name && isTaken(each)))
    return left('nobody is subscribed to it');
  return { key, isTaken: true, why: 'a DingTalkRobot takes its place' };
}

function triggerDisposition(
  name: string,
  { config, deliveries, used }: DispositionInput,
  gone: ReadonlySet<string>,
): Disposition {
  const key = triggerKey(name);
  const left = (why: string): Disposition => ({ key, isTaken: false, why });
  const isSubscribed = deliveries.some((each) => each.trigger === name && isTaken(each));
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
  if (!template || template.others.length > 0 || template.webhook.size === 0) return false;
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

function otherKey(key: string): string {
  if (key === CONTEXT_KEY) return 'all templates read it, also those that are taken over';
  if (isDefaultTriggersKey(key)) return 'annotations of Applications may rely on it';
  return 'not for DingTalk';
}
