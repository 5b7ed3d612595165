import { serviceKey, triggerKey } from '../../argocd/names.ts';
import { annotatedName } from './annotations.ts';
import { type FormerDelivery, isTaken } from './deliveries.ts';
import type { ForeignConfig } from './foreign-config.ts';
import { type FindApplication, mayMeet } from './scope.ts';

/** The services and triggers that stay in use. */
export interface StillUsed {
  readonly services: ReadonlySet<string>;
  readonly triggers: ReadonlySet<string>;
}

/** Services and triggers of the deliveries that stay. */
export function stillUsed(
  deliveries: readonly FormerDelivery[],
  { defaultTriggers, serviceDefaults }: ForeignConfig,
): StillUsed {
  const staying = deliveries.filter(({ events }) => events === undefined);
  return {
    services: new Set(staying.map(({ service }) => service)),
    triggers: new Set([
      ...staying.map(({ trigger }) => trigger),
      ...defaultTriggers,
      ...[...serviceDefaults.values()].flat(),
    ]),
  };
}

/**
 * The deliveries, without those that Argo CD would go on to send. The engine sends an event once to a service, however many entries
 * and annotations subscribe to it. If one of these stays, all others for the same event, service and Applications stay too:
 * otherwise both configurations would send the event. An annotation, which no write to the ConfigMap removes, stays if both its
 * service and its trigger do.
 */
export function withoutHalves(
  deliveries: readonly FormerDelivery[],
  config: ForeignConfig,
  find: FindApplication,
): readonly FormerDelivery[] {
  const used = stillUsed(deliveries, config);
  const staying = new Map<string, FormerDelivery[]>();
  for (const delivery of deliveries) {
    if (delivery.events !== undefined) continue;
    const key = keyOf(delivery);
    const known = staying.get(key);
    if (known) known.push(delivery);
    else staying.set(key, [delivery]);
  }
  const next = deliveries.map((delivery): FormerDelivery => {
    if (!isTaken(delivery)) return delivery;
    const key = config.serviceKeys.get(delivery.service) ?? serviceKey(delivery.service);
    const reason = reasonToStay(delivery, key, staying.get(keyOf(delivery)) ?? [], used, find);
    if (reason === undefined) return delivery;
    const { events: _, ...rest } = delivery;
    return { ...rest, notes: [], reason };
  });
  return next.every((delivery, index) => delivery === deliveries[index])
    ? deliveries
    : withoutHalves(next, config, find);
}

const keyOf = ({ service, trigger }: FormerDelivery): string => JSON.stringify([service, trigger]);

function reasonToStay(
  { source, scope, service, trigger }: FormerDelivery,
  key: string,
  rivals: readonly FormerDelivery[],
  used: StillUsed,
  find: FindApplication,
): string | undefined {
  const rival = rivals.find((each) => mayMeet(each.scope, scope, find));
  if (rival)
    return `${triggerKey(trigger)}: ${subscriberName(rival)} stays and sends the same, so Argo CD would send it twice`;
  if (source.kind === 'entry' || !used.services.has(service) || !used.triggers.has(trigger)) return undefined;
  return (
    `${key} and ${triggerKey(trigger)} stay for other subscribers, so Argo CD would go on to send the event ` +
    'for the annotation'
  );
}

function subscriberName({ source }: FormerDelivery): string {
  return source.kind === 'entry'
    ? `entry ${source.entry.index + 1} of subscriptions`
    : `an annotation of ${annotatedName(source.subscriber.object)}`;
}
