import { annotatedName } from './annotations.ts';
import { type FormerDelivery, isTaken, type Source } from './deliveries.ts';

/** One recipient of an entry, or one service of an annotation, with its deliveries: one for each trigger. */
export interface SourceDeliveries {
  readonly source: Source;
  readonly service: string;
  readonly deliveries: readonly FormerDelivery[];
}

/** Deliveries by the place that they come from, in their order. */
export function bySource(deliveries: readonly FormerDelivery[]): SourceDeliveries[] {
  const found = new Map<string, SourceDeliveries & { readonly deliveries: FormerDelivery[] }>();
  for (const delivery of deliveries) {
    const { source, service } = delivery;
    const key = sourceKey(source, service);
    const known = found.get(key);
    if (known) known.deliveries.push(delivery);
    else found.set(key, { source, service, deliveries: [delivery] });
  }
  return [...found.values()];
}

function sourceKey(source: Source, service: string): string {
  if (source.kind === 'entry') return JSON.stringify([source.entry.index, source.recipient]);
  const { object, annotation } = source.subscriber;
  return JSON.stringify([annotatedName(object), annotation, service]);
}

/** Whether custom resources replace all of it that is sent today. */
export const isWhole = ({ deliveries }: SourceDeliveries): boolean =>
  deliveries.some(isTaken) && deliveries.every(({ events }) => events !== undefined);
