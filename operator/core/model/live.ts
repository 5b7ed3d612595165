import { objectKey, resourceKey } from '../../api/names.ts';
import { PREFIX, parseKey, SUBSCRIPTIONS_KEY, serviceKey } from '../../argocd/names.ts';
import { readProjectSubscriptions } from '../../argocd/project-annotation.ts';
import { type Provenance, readProvenance } from '../../argocd/provenance.ts';
import { readBlock, type SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { own } from '../../lib/own.ts';
import type { LiveObject, Target } from './snapshot.ts';

/** A key of the operator, as the ConfigMap has it now. */
export interface LiveKey {
  readonly key: string;
  readonly value: string;
  readonly provenance: Provenance;
}

/** The operator's part of the live objects. */
export interface LiveState {
  /** By robot, `namespace/name`. */
  readonly services: ReadonlyMap<string, LiveKey>;
  /** Triggers and templates by subscription, `namespace/name`. */
  readonly events: ReadonlyMap<string, readonly LiveKey[]>;
  /** The operator's entries of the shared `subscriptions` key. */
  readonly entries: readonly SubscriptionEntry[];
  /** The services that each trigger is sent to. */
  readonly recipients: ReadonlyMap<string, ReadonlySet<string>>;
  /** The operator's keys of the Secret. */
  readonly secretKeys: ReadonlySet<string>;
}

/** Separates the operator's keys from all others. */
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

/** All keys of the operator in the ConfigMap. */
export function ourLiveKeys({ services, events }: LiveState): LiveKey[] {
  return [...services.values(), ...[...events.values()].flat()];
}

/** The live triggers and templates of a subscription, of any version. */
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

/** The foreign keys of the ConfigMap. `subscriptions`, which all share, is not among them. */
export function foreignKeys(configMap: LiveObject): Record<string, string> {
  const foreign = Object.entries(configMap.data).filter(
    ([key, value]) =>
      key !== SUBSCRIPTIONS_KEY && !(parseKey(key) !== undefined && readProvenance(value) !== undefined),
  );
  return Object.fromEntries(foreign);
}

/** Whether a foreign key of the ConfigMap has a name that the operator needs. */
export function isForeignKey(configMap: LiveObject | undefined, key: string): boolean {
  const value = own(configMap?.data, key);
  return value !== undefined && readProvenance(value) === undefined && !configMap?.leftBehind?.has(key);
}

/** Whether a foreign key of the Secret has a name that the operator needs. */
export function isForeignSecretKey(target: Target, key: string): boolean {
  return own(target.secret?.data, key) !== undefined && !isOurSecretKey(target, key);
}

/**
 * A signed URL has no room for provenance. It belongs to the operator if the operator's field manager holds it, or if one of
 * the operator's services refers to it. A restored backup or an edit by hand changes the field manager, but not the reference.
 */
function isOurSecretKey(target: Target, key: string): boolean {
  if (!key.startsWith(PREFIX)) return false;
  if (target.secret?.owned.has(key) || target.secret?.leftBehind?.has(key)) return true;
  const service = own(target.configMap?.data, serviceKey(key));
  return service !== undefined && readProvenance(service) !== undefined;
}
