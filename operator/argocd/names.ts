/**
 * The names under which a CR stands in the merged objects: injective, stable and readable. Kubernetes names hold
 * no `_`, so joining with it can always be undone; the engine splits on `.` and `:`, which a DNS label never holds.
 */

/** Everything of ours in the merged objects begins with this. */
export const PREFIX = 'dt_';

/** The key that all subscribers of the ConfigMap share. */
export const SUBSCRIPTIONS_KEY = 'subscriptions';

/** Service name of a robot; also its key in the Secret (the engine's `$key` takes `[A-Za-z0-9_-]+`). */
export function serviceName(namespace: string, robot: string): string {
  return `${PREFIX}${namespace}_${robot}`;
}

/** Name of the template that the messages of a subscription stand in together. */
export function subscriptionKeyName(namespace: string, subscription: string): string {
  return `${PREFIX}${namespace}_${subscription}`;
}

/** Name of the trigger and of the template of one event of a subscription. */
export function eventKeyName(namespace: string, subscription: string, event: string): string {
  return `${PREFIX}${namespace}_${subscription}_${event}`;
}

export const serviceKey = (service: string): string => `service.webhook.${service}`;
export const templateKey = (name: string): string => `template.${name}`;
export const triggerKey = (name: string): string => `trigger.${name}`;

/** What a key of the ConfigMap with our prefix belongs to; undefined for any other key. */
export type KeyOwner =
  | { kind: 'robot'; namespace: string; name: string }
  | { kind: 'subscription'; namespace: string; name: string; event?: string };

/** Undoes the functions above. A `dt_` key of any other form is none of ours. */
export function parseKey(key: string): KeyOwner | undefined {
  const match = /^(service\.webhook|template|trigger)\.dt_([^_.]+)_([^_.]+)(?:_([^_.]+))?$/.exec(key);
  if (!match) return undefined;
  const [, kind, namespace, name, event] = match as unknown as [string, string, string, string, string?];
  if (kind === 'service.webhook') return event === undefined ? { kind: 'robot', namespace, name } : undefined;
  if (event !== undefined) return { kind: 'subscription', namespace, name, event };
  return kind === 'template' ? { kind: 'subscription', namespace, name } : undefined;
}
