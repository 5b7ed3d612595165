import { objectKey, resourceKey } from '../../api/names.ts';
import { type KeyOwner, PREFIX, parseKey, SUBSCRIPTIONS_KEY, serviceKey } from '../../argocd/names.ts';
import { readProjectSubscriptions } from '../../argocd/project-annotation.ts';
import { type Provenance, readProvenance } from '../../argocd/provenance.ts';
import { readBlock, type SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { isSameList } from '../../lib/lists.ts';
import { ObjectMemo, rememberLast } from '../../lib/memo.ts';
import { own, setOwn } from '../../lib/own.ts';
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
  /** The keys that all relayed robots share. */
  readonly relay: readonly LiveKey[];
  /** The operator's entries of the shared `subscriptions` key. */
  readonly entries: readonly SubscriptionEntry[];
  /** The services that each trigger is sent to. */
  readonly recipients: ReadonlyMap<string, ReadonlySet<string>>;
  /** The operator's keys of the Secret. */
  readonly secretKeys: ReadonlySet<string>;
}

const NOTHING: LiveObject['data'] = {};

/** Separates the operator's keys from all others. */
export function readLiveState(target: Target): LiveState {
  const { configMap, secret, projects } = target;
  const data = configMap?.data ?? NOTHING;
  const inputs = [secret?.data, secret?.owned, secret?.leftBehind, projects];
  return liveStates.get(data, inputs, () => {
    const secretKeys = Object.keys(secret?.data ?? NOTHING).filter((key) => isOurSecretKey(target, key));
    const { services, events, relay } = keysIn(data);
    return { services, events, relay, secretKeys: new Set(secretKeys), ...entriesIn(target) };
  });
}

/** A run reads the same target several times. */
const liveStates = new ObjectMemo<LiveObject['data'], LiveState>();

const separate = separator();
const separated = new ObjectMemo<LiveObject['data'], ReturnType<typeof separate>>();
const keysIn = (data: LiveObject['data']) => separated.get(data, [], () => separate(data));

type Separated = Pick<LiveState, 'services' | 'events' | 'relay'> & {
  /** The foreign keys, without the shared one. */
  readonly foreign: LiveObject['data'];
};

/** The operator's keys of a ConfigMap, and the others. What was the same in the ConfigMap before is the same object. */
function separator(): (data: LiveObject['data']) => Separated {
  let before = new Map<string, OwnedKey>();
  let last: Separated = { services: new Map(), events: new Map(), relay: [], foreign: {} };
  return (data) => {
    const now: typeof before = new Map();
    const services = new Map<string, LiveKey>();
    const events = new Map<string, LiveKey[]>();
    const relay: LiveKey[] = [];
    const foreign: Record<string, string> = {};
    for (const key of Object.keys(data)) {
      const value = own(data, key) as string;
      const known = before.get(key);
      const found = known?.live.value === value ? known : liveKeyOf(key, value);
      if (!found) {
        if (key !== SUBSCRIPTIONS_KEY) setOwn(foreign, key, value);
        continue;
      }
      now.set(key, found);
      const { name, kind, live } = found;
      if (kind === 'relay') relay.push(live);
      else if (kind === 'robot') services.set(name, live);
      else {
        const others = events.get(name);
        if (others) others.push(live);
        else events.set(name, [live]);
      }
    }
    for (const [name, keys] of events) {
      const known = last.events.get(name);
      if (known && isSameList(known, keys)) events.set(name, known as LiveKey[]);
    }
    before = now;
    last = {
      services: isSameMap(services, last.services) ? last.services : services,
      events: isSameMap(events, last.events) ? last.events : events,
      relay: isSameList(relay, last.relay) ? last.relay : relay,
      foreign: isSameData(foreign, last.foreign) ? last.foreign : foreign,
    };
    return last;
  };
}

/** Also in the same order. */
const isSameMap = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean =>
  a.size === b.size &&
  isSameList([...a.keys()], [...b.keys()]) &&
  isSameList([...a.values()], [...b.values()]);

const isSameData = (a: LiveObject['data'], b: LiveObject['data']): boolean =>
  isSameList(Object.keys(a), Object.keys(b)) && isSameList(Object.values(a), Object.values(b));

interface OwnedKey {
  /** `namespace/name` of the resource; empty for the relay. */
  readonly name: string;
  readonly kind: KeyOwner['kind'];
  readonly live: LiveKey;
}

function liveKeyOf(key: string, value: string): OwnedKey | undefined {
  const owner = parseKey(key);
  const provenance = owner && readProvenance(value);
  if (!owner || !provenance) return undefined;
  const name = owner.kind === 'relay' ? '' : objectKey(owner.namespace, owner.name);
  return { name, kind: owner.kind, live: { key, value, provenance } };
}

function entriesIn(target: Target): Pick<LiveState, 'entries' | 'recipients'> {
  const entries = entriesOf(target.configMap?.data[SUBSCRIPTIONS_KEY]);
  const all = target.projects ? [...entries, ...projectEntries(target)] : entries;
  return { entries, recipients: recipients.get(all, [], () => recipientsByTrigger(all)) };
}

/** The same list for the same text. */
const entriesOf = rememberLast((text: string | undefined) => readBlock(text).entries);

const recipients = new ObjectMemo<readonly SubscriptionEntry[], LiveState['recipients']>();

function projectEntries({ projects = new Map() }: Target): SubscriptionEntry[] {
  return [...projects.values()].flatMap(({ annotation }) => readProjectSubscriptions(annotation));
}

function recipientsByTrigger(entries: readonly SubscriptionEntry[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { triggers, recipients: services } of entries) {
    for (const trigger of triggers) {
      const known = found.get(trigger);
      if (known) for (const service of services) known.add(service);
      else found.set(trigger, new Set(services));
    }
  }
  return found;
}

/** All keys of the operator in the ConfigMap. */
export function ourLiveKeys({
  services,
  events,
  relay,
}: Pick<LiveState, 'services' | 'events' | 'relay'>): LiveKey[] {
  return [...services.values(), ...[...events.values()].flat(), ...relay];
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
export function foreignKeys({ data }: LiveObject): Readonly<Record<string, string>> {
  return keysIn(data).foreign;
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
