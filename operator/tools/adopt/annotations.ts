import { parse } from 'yaml';

/** Whatever carries annotations: an Application or an AppProject. */
export interface SubscribableObject {
  readonly kind?: string;
  readonly metadata: {
    readonly namespace?: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** A service that an Application or AppProject subscribes itself to. */
export interface AnnotatedSubscriber {
  /** `Application argocd/shop`. */
  readonly object: string;
  readonly annotation: string;
  readonly service: string;
  /** Empty: the default triggers. */
  readonly triggers: readonly string[];
}

const SUBSCRIBE = 'notifications.argoproj.io/subscribe.';
const SUBSCRIPTIONS = 'notifications.argoproj.io/subscriptions';

/**
 * What an object subscribes itself to by annotation, in either of the two forms.
 *
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/subscriptions/
 */
export function annotatedSubscribers(object: SubscribableObject, kind: string): AnnotatedSubscriber[] {
  const { namespace, name, annotations = {} } = object.metadata;
  const named = `${kind} ${namespace ?? 'default'}/${name}`;
  return Object.entries(annotations).flatMap(([annotation, value]) =>
    subscribed(annotation, value).map((each) => ({ object: named, annotation, ...each })),
  );
}

function subscribed(
  annotation: string,
  value: string,
): readonly Pick<AnnotatedSubscriber, 'service' | 'triggers'>[] {
  if (annotation.startsWith(SUBSCRIBE)) {
    const [first = '', service] = annotation.slice(SUBSCRIBE.length).split('.');
    return [service === undefined ? { service: first, triggers: [] } : { service, triggers: [first] }];
  }
  return annotation.startsWith(SUBSCRIPTIONS) ? listed(value) : [];
}

interface ListedSubscription {
  readonly trigger?: unknown;
  readonly triggers?: unknown;
  readonly destinations?: unknown;
}

function listed(value: string): readonly Pick<AnnotatedSubscriber, 'service' | 'triggers'>[] {
  let entries: unknown;
  try {
    entries = parse(value, { version: '1.1' });
  } catch {
    return []; // Argo CD can't read it either, and says so in its log.
  }
  return array(entries).flatMap((entry) => {
    const { trigger, triggers, destinations } = (entry ?? {}) as ListedSubscription;
    const names = [...array(trigger), ...array(triggers)].map(String);
    return array(destinations).map((each) => ({
      service: String((each as { readonly service?: unknown } | null)?.service ?? ''),
      triggers: names,
    }));
  });
}

const array = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
