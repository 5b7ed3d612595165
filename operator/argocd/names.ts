/**
 * The keys of Argo CD's ConfigMap, and the names of a CR in them: injective, stable and readable. Kubernetes
 * names hold no `_`, so joining with it can always be undone; the engine splits on `.` and `:`, which a DNS label never holds.
 *
 * Keys: https://github.com/argoproj/notifications-engine/blob/master/pkg/api/config.go (`ParseConfig`)
 */

/** The prefix of all names of the operator in the merged objects. */
export const PREFIX = 'dt_';

/** The key that all subscribers of the ConfigMap share. */
export const SUBSCRIPTIONS_KEY = 'subscriptions';

/** The key with values for all templates. */
export const CONTEXT_KEY = 'context';

/** The key with the triggers of subscribers that name none. */
export const DEFAULT_TRIGGERS_KEY = 'defaultTriggers';

/** The whole configuration of argocd-notifications before the engine, which Argo CD still merges into the other keys. */
export const LEGACY_KEY = 'config.yaml';

/** The Secret's key with the services of argocd-notifications before the engine, which Argo CD still adds to the others. */
export const LEGACY_SERVICES_KEY = 'notifiers.yaml';

/** The meaning of a key with a name; `service` is one of the type `webhook`, `defaults` are a service's default triggers. */
export type KeyKind = 'service' | 'template' | 'trigger' | 'defaults';

/** A key of the ConfigMap, of any owner. */
export interface NamedKey {
  readonly kind: KeyKind;
  readonly name: string;
}

/** The beginning for services of all types. */
const SERVICE = 'service.';

const BEGINNINGS: readonly (readonly [KeyKind, string])[] = [
  ['service', `${SERVICE}webhook.`],
  ['template', 'template.'],
  ['trigger', 'trigger.'],
  ['defaults', `${DEFAULT_TRIGGERS_KEY}.`],
];

const keyOf = (kind: KeyKind, name: string): string =>
  `${BEGINNINGS.find(([each]) => each === kind)?.[1]}${name}`;

export const serviceKey = (service: string): string => keyOf('service', service);
export const templateKey = (name: string): string => keyOf('template', name);
export const triggerKey = (name: string): string => keyOf('trigger', name);

/** Undoes the functions above; undefined for a key of another form. A webhook without a name has the name of its type. */
export function readKey(key: string): NamedKey | undefined {
  if (`${key}.` === BEGINNINGS[0]?.[1]) return { kind: 'service', name: key.slice(SERVICE.length) };
  for (const [kind, beginning] of BEGINNINGS) {
    if (key.startsWith(beginning)) return { kind, name: key.slice(beginning.length) };
  }
  return undefined;
}

/** The name of a trigger from its key; undefined for any other key. */
export function triggerName(key: string): string | undefined {
  const named = readKey(key);
  return named?.kind === 'trigger' ? named.name : undefined;
}

/** Whether a key is a trigger's. */
export const isTriggerKey = (key: string): boolean => readKey(key)?.kind === 'trigger';

/** Whether a key is a template's. */
export const isTemplateKey = (key: string): boolean => readKey(key)?.kind === 'template';

/** Whether a key belongs to a service of any type. */
export const isServiceKey = (key: string): boolean => key.startsWith(SERVICE);

/** The name of a service of any type, from its key; undefined for any other key. Without a name, the type is the name. */
export function serviceOfKey(key: string): string | undefined {
  const [type, name = type, ...rest] = isServiceKey(key) ? key.slice(SERVICE.length).split('.') : [];
  return rest.length === 0 ? name : undefined;
}

/** Whether a key holds default triggers, of all services or of one. */
export const isDefaultTriggersKey = (key: string): boolean => key.startsWith(DEFAULT_TRIGGERS_KEY);

/** Service name of a robot; also its key in the Secret (the engine's `$key` accepts `[A-Za-z0-9_-]+`). */
export function serviceName(namespace: string, robot: string): string {
  return `${PREFIX}${namespace}_${robot}`;
}

/** Name of the template that holds all messages of a subscription. */
export function subscriptionKeyName(namespace: string, subscription: string): string {
  return `${PREFIX}${namespace}_${subscription}`;
}

/** Name of the trigger and of the template of one event of a subscription. */
export function eventKeyName(namespace: string, subscription: string, event: string): string {
  return `${PREFIX}${namespace}_${subscription}_${event}`;
}

/** The prefix of what all relayed robots share. No tenant has it, since no namespace has an empty name. */
const RELAY_PREFIX = `${PREFIX}_`;

/** Service name of the relay; also its key in the Secret. */
export const RELAY_SERVICE = `${RELAY_PREFIX}relay`;

/** The owner of a key of the ConfigMap with the operator's prefix; undefined for any other key. */
export type KeyOwner =
  | { kind: 'robot'; namespace: string; name: string }
  | { kind: 'subscription'; namespace: string; name: string; event?: string };

const OUR_NAME = new RegExp(`^${PREFIX}([^_.]+)_([^_.]+)(?:_([^_.]+))?$`);

/** Undoes the functions above. A `dt_` key of any other form is a foreign key. */
export function parseKey(key: string): KeyOwner | undefined {
  const named = readKey(key);
  const match = named && named.kind !== 'defaults' && OUR_NAME.exec(named.name);
  if (!match) return undefined;
  const [, namespace, name, event] = match as unknown as [string, string, string, string?];
  if (named.kind === 'service') return event === undefined ? { kind: 'robot', namespace, name } : undefined;
  if (event !== undefined) return { kind: 'subscription', namespace, name, event };
  return named.kind === 'template' ? { kind: 'subscription', namespace, name } : undefined;
}

/** Whether a key of the ConfigMap has the operator's prefix, whatever form the rest has. */
export function isNamedLikeOurs(key: string): boolean {
  const named = readKey(key);
  return named !== undefined && named.kind !== 'defaults' && named.name.startsWith(PREFIX);
}
