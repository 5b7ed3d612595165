import { objectKey, resourceKey } from '../../api/names.ts';
import { PREFIX, parseKey, SUBSCRIPTIONS_KEY, serviceKey } from '../../argocd/names.ts';
import { readProjectSubscriptions } from '../../argocd/project-annotation.ts';
import { type Provenance, readProvenance } from '../../argocd/provenance.ts';
import { readBlock, type SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { own } from '../../lib/own.ts';
import type { LiveObject, Target } from './snapshot.ts';

/** A key of ours as it stands in the ConfigMap now. */
export interface LiveKey {
  readonly key: string;
  readonly value: string;
  readonly provenance: Provenance;
}

/** Our part of the live objects. */
export interface LiveState {
  /** By robot, `namespace/name`. */
  readonly services: ReadonlyMap<string, LiveKey>;
  /** Triggers and templates by subscription, `namespace/name`. */
  readonly events: ReadonlyMap<string, readonly LiveKey[]>;
  /** Our entries of the shared `subscriptions` key. */
  readonly entries: readonly SubscriptionEntry[];
  /** The services that each trigger is sent to. */
  readonly recipients: ReadonlyMap<string, ReadonlySet<string>>;
  /** Our keys of the Secret. */
  readonly secretKeys: ReadonlySet<string>;
}

/** Tells our keys from all others. */
export function readLiveState(target: Target): LiveState {
  const data = target.configMap?.data ?? {};
  const services = new Map<string, LiveKey>();
  const events = new Map<string, LiveKey[]>();
  for (const [key, value] of Object.entries(data)) {
    const owner = parseKey(key);
    const provenance = owner && readProvenance(value);
    if (!owner || !provenance) continue;
    const name = objectKey(owner.namespace, owner.name);
    if (owner.kind === 'robot') services.set(name, { key, value, provenance });
    else events.set(name, [...(events.get(name) ?? []), { key, value, provenance }]);
  }
  const secretKeys = Object.keys(target.secret?.data ?? {}).filter((key) => isOurSecretKey(target, key));
  const { entries } = readBlock(data[SUBSCRIPTIONS_KEY]);
  return {
    services,
    events,
    entries,
    recipients: recipientsByTrigger([...entries, ...projectEntries(target)]),
    secretKeys: new Set(secretKeys),
  };
}

function projectEntries({ projects = new Map() }: Target): SubscriptionEntry[] {
  return [...projects.values()].flatMap(({ annotation }) => readProjectSubscriptions(annotation));
}

function recipientsByTrigger(entries: readonly SubscriptionEntry[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { triggers, recipients } of entries) {
    for (const trigger of triggers)
      found.set(trigger, new Set([...(found.get(trigger) ?? []), ...recipients]));
  }
  return found;
}

/** All our keys of the ConfigMap. */
export function ourLiveKeys({ services, events }: LiveState): LiveKey[] {
  return [...services.values(), ...[...events.values()].flat()];
}

/** The triggers and templates of a subscription that are live, of whatever version. */
export function liveKeysOf(
  live: LiveState,
  resource: { readonly metadata: { readonly namespace: string; readonly name: string } },
): readonly LiveKey[] {
  return live.events.get(resourceKey(resource)) ?? [];
}

/** The services that a trigger is sent to now. */
export function liveRecipients(live: LiveState, trigger: string): ReadonlySet<string> {
  return live.recipients.get(trigger) ?? new Set();
}

/** The keys of the ConfigMap that others hold alone: neither ours nor the `subscriptions` that all share. */
export function foreignKeys(configMap: LiveObject): Record<string, string> {
  const foreign = Object.entries(configMap.data).filter(
    ([key, value]) =>
      key !== SUBSCRIPTIONS_KEY && !(parseKey(key) !== undefined && readProvenance(value) !== undefined),
  );
  return Object.fromEntries(foreign);
}

/** Whether somebody else holds a key of the ConfigMap that we would need. */
export function isForeignKey(configMap: LiveObject | undefined, key: string): boolean {
  const value = own(configMap?.data, key);
  return value !== undefined && readProvenance(value) === undefined && !configMap?.leftBehind?.has(key);
}

/** Whether somebody else holds a key of the Secret that we would need. */
export function isForeignSecretKey(target: Target, key: string): boolean {
  return own(target.secret?.data, key) !== undefined && !isOurSecretKey(target, key);
}

/**
 * A signed URL has no room for provenance. It is ours if our field manager holds it, or if a service of ours refers
 * to it: a backup that was restored, or an edit by hand, changes the field manager but not that.
 */
function isOurSecretKey(target: Target, key: string): boolean {
  if (!key.startsWith(PREFIX)) return false;
  if (target.secret?.owned.has(key) || target.secret?.leftBehind?.has(key)) return true;
  const service = own(target.configMap?.data, serviceKey(key));
  return service !== undefined && readProvenance(service) !== undefined;
}
