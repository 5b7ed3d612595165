import { type ForeignEntry, readRecipient } from '../../argocd/foreign-entries.ts';
import { parseSelector } from '../../argocd/selector.ts';
import type { Inquiry } from '../../core/model/inquiry.ts';
import type { AnnotatedSubscriber } from './annotations.ts';
import type { ForeignConfig } from './foreign-config.ts';
import type { DingTalkService } from './robots.ts';
import type { SubscriberScope } from './scope.ts';
import { type Translated, type TranslatedEvent, translate } from './translate.ts';

/** Where the former configuration says that something is sent. */
export type Source =
  | { readonly kind: 'entry'; readonly entry: ForeignEntry; readonly recipient: string }
  | { readonly kind: 'annotation'; readonly subscriber: AnnotatedSubscriber };

/**
 * One trigger that the former configuration sends to one recipient, about the Applications of a scope. It is taken over as a whole
 * or not at all: Argo CD would send a half of it twice.
 */
export interface FormerDelivery {
  readonly source: Source;
  readonly scope: SubscriberScope;
  readonly service: string;
  /** The text after the service, which is usually empty. */
  readonly recipient: string;
  readonly trigger: string;
  /** Empty: nothing is sent today. Absent if the delivery stays; then `reason` says why, unless it is not for DingTalk. */
  readonly events?: readonly TranslatedEvent[];
  readonly reason?: string;
  readonly notes: readonly string[];
}

/** Whether custom resources replace the delivery. */
export const isTaken = ({ events }: FormerDelivery): boolean => events !== undefined && events.length > 0;

/** All deliveries of the shared list, in its order, and of annotations. */
export function deliveriesOf(
  config: ForeignConfig,
  services: ReadonlyMap<string, DingTalkService>,
  subscribers: readonly AnnotatedSubscriber[],
  inquiry: Inquiry,
): FormerDelivery[] {
  const known = new Map<string, Translated>();
  const translated = (trigger: string, service: string): Translated => {
    const key = JSON.stringify([trigger, service]);
    const found = known.get(key) ?? translate(trigger, service, config, inquiry);
    known.set(key, found);
    return found;
  };
  const judged = (plain: PlainDelivery): FormerDelivery => {
    const service = services.get(plain.service);
    const base = { ...plain, notes: [] };
    if (!service) return base;
    if (service.refusal !== undefined) return { ...base, reason: `${service.key} is not taken over` };
    const { scope } = plain;
    if (scope.kind === 'selector' && !parseSelector(scope.selector))
      return { ...base, reason: `a NotificationSubscription cannot express the selector ${scope.selector}` };
    const result = translated(plain.trigger, plain.service);
    return result.ok
      ? { ...base, events: result.events, notes: result.notes }
      : { ...base, reason: result.reason };
  };
  return [...fromEntries(config), ...fromAnnotations(subscribers, config)].map(judged);
}

type PlainDelivery = Pick<FormerDelivery, 'source' | 'scope' | 'service' | 'recipient' | 'trigger'>;

/** The triggers of an entry: the default triggers if the entry names none. */
const triggersOf = ({ triggers }: ForeignEntry, { defaultTriggers }: ForeignConfig): readonly string[] => [
  ...new Set(triggers.length > 0 ? triggers : defaultTriggers),
];

function fromEntries(config: ForeignConfig): PlainDelivery[] {
  return config.entries.flatMap((entry) =>
    [...new Set(entry.recipients)].flatMap((text) => {
      const { selector } = entry;
      const scope: SubscriberScope =
        selector === undefined ? { kind: 'all' } : { kind: 'selector', selector };
      const source: Source = { kind: 'entry', entry, recipient: text };
      return triggersOf(entry, config).map((trigger) => ({ source, scope, ...readRecipient(text), trigger }));
    }),
  );
}

function fromAnnotations(
  subscribers: readonly AnnotatedSubscriber[],
  config: ForeignConfig,
): PlainDelivery[] {
  return subscribers.flatMap((subscriber) => {
    const { service, scope, recipients } = subscriber;
    const source: Source = { kind: 'annotation', subscriber };
    const triggers = [...new Set(annotatedTriggers(subscriber, config))];
    return [...new Set(recipients)].flatMap((recipient) =>
      triggers.map((trigger) => ({ source, scope, service, recipient, trigger })),
    );
  });
}

/** The default triggers of the service come before those of all services; in the old form, even before the annotation's own. */
function annotatedTriggers(
  { service, triggers, form }: AnnotatedSubscriber,
  { defaultTriggers, serviceDefaults }: ForeignConfig,
): readonly string[] {
  const ofService = serviceDefaults.get(service);
  if (form === 'legacy' && ofService) return ofService;
  return triggers.length > 0 ? triggers : (ofService ?? defaultTriggers);
}
