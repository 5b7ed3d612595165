/**
 * The plan and the live target → the requests that make them equal. our-part.ts finds the part of the operator, shared-key.ts
 * finds other tools that apply the shared key, and removal.ts removes everything that the operator wrote.
 */

import { withoutMoments } from '../../argocd/moment.ts';
import { SUBSCRIPTIONS_KEY, triggerKey } from '../../argocd/names.ts';
import { withSample } from '../../argocd/subscriptions-block/around-block.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/lines.ts';
import {
  foreignText,
  readBlock,
  type Splice,
  spliceBlock,
} from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { own } from '../../lib/own.ts';
import { checkFinding } from '../gate/verdicts.ts';
import type { Inquiry } from '../model/inquiry.ts';
import { type LiveState, liveRecipients, ourLiveKeys } from '../model/live.ts';
import type { LiveObject, Target } from '../model/snapshot.ts';
import type { Plan } from '../plan/placements.ts';
import { sharedKeyOwnedMessage, sharedKeyOwner } from './shared-key.ts';

/**
 * One request on a target object. `apply` gives all keys that the operator wants, and the API server removes its other keys. A
 * key that another manager co-owns stays; such keys are in `stale` and need a separate removal.
 */
export type Write =
  | {
      readonly kind: 'apply';
      readonly object: 'ConfigMap' | 'Secret';
      readonly data: Data;
      readonly stale: readonly string[];
    }
  | { readonly kind: 'subscriptions'; readonly text: string | undefined }
  | ProjectWrite;

/** A request on one of the two target objects. */
export type TargetWrite = Exclude<Write, ProjectWrite>;

/** Sets or removes the operator's annotation on an AppProject. */
export interface ProjectWrite {
  readonly kind: 'project';
  readonly name: string;
  /** The version that the decision read. */
  readonly resourceVersion: string;
  readonly annotation: string | undefined;
}

type Data = Readonly<Record<string, string>>;

/** The difference between the plan and the target. */
export interface Writes {
  /** In the necessary order; empty if there is nothing to write. */
  readonly steps: readonly Write[];
  /** Why the shared key stays unchanged, if it does. */
  readonly blocked?: Blocked;
}

/** The obstacle that keeps the operator's entries out of the shared key. */
export interface Blocked {
  readonly reason: 'TargetBroken' | 'SharedKeyOwned';
  readonly message: string;
}

/**
 * The requests that turn the live state into the plan. A service must find its URL. So the Secret gets new keys before the
 * ConfigMap names them, and loses old keys after that. Nothing is written to an object that does not exist.
 */
export function writesFor(plan: Plan, target: Target, live: LiveState, inquiry: Inquiry): Writes {
  if (!target.configMap || !target.secret) return { steps: [] };
  const before = target.configMap.data[SUBSCRIPTIONS_KEY];
  const spliced = sharedKey(target.configMap, plan, inquiry);
  const wanted = spliced.ok ? plan.configMap : withoutNewMoments(plan, target.configMap, live);
  const { data, leftBehind } = target.configMap;
  const marked = ourLiveKeys(live).map(({ key }) => key);
  // Keys whose values somebody has replaced together with the provenance are the operator's, too.
  const configMap = difference(wanted, data, [marked, leftBehind ?? []]);
  const secret = difference(plan.secret, target.secret.data, [live.secretKeys]);
  const kept = Object.fromEntries(secret.stale.map((key) => [key, own(target.secret?.data, key) as string]));

  const steps: Write[] = [];
  if (secret.changed)
    steps.push({ kind: 'apply', object: 'Secret', data: { ...plan.secret, ...kept }, stale: [] });
  if (configMap.changed || configMap.stale.length > 0) {
    steps.push({ kind: 'apply', object: 'ConfigMap', data: wanted, stale: configMap.stale });
  }
  if (spliced.ok && spliced.text !== before) steps.push({ kind: 'subscriptions', text: spliced.text });
  // Entries that move from an annotation to the shared key are in the shared key first.
  steps.push(...projectWrites(plan, target));
  if (secret.stale.length > 0) {
    steps.push({ kind: 'apply', object: 'Secret', data: plan.secret, stale: secret.stale });
  }
  if (spliced.ok) return { steps };
  return { steps, blocked: { reason: spliced.reason, message: spliced.message } };
}

type SharedKey = Splice | (Blocked & { readonly ok: false });

/** A value that is already right has no obstacle, even if another tool owns it. */
function sharedKey(configMap: LiveObject, plan: Plan, inquiry: Inquiry): SharedKey {
  const before = configMap.data[SUBSCRIPTIONS_KEY];
  const splice = spliceBlock(before, plan.entries);
  const owner = sharedKeyOwner(configMap);
  if (splice.ok && splice.text !== before && owner !== undefined)
    return { ok: false, reason: 'SharedKeyOwned', message: sharedKeyOwnedMessage(owner) };
  return acceptedSplice(before, splice, plan, inquiry);
}

/**
 * A trigger without recipients counts from the present moment, which differs in every run. While its entry cannot be written,
 * each run would write a new text. So the trigger keeps its moment.
 */
function withoutNewMoments({ configMap, entries }: Plan, { data }: LiveObject, live: LiveState): Data {
  const unsent = entries.flatMap(({ triggers, recipients }) =>
    triggers.filter((trigger) => recipients.some((each) => !liveRecipients(live, trigger).has(each))),
  );
  const keys = unsent
    .map(triggerKey)
    .filter((key) => isSameButForMoments(own(configMap, key), own(data, key)));
  return { ...configMap, ...Object.fromEntries(keys.map((key) => [key, own(data, key) as string])) };
}

function isSameButForMoments(wanted: string | undefined, live: string | undefined): boolean {
  return wanted !== undefined && live !== undefined && withoutMoments(wanted) === withoutMoments(live);
}

function projectWrites(plan: Plan, { projects = new Map() }: Target): ProjectWrite[] {
  return [...projects].flatMap(([name, { resourceVersion, annotation }]) => {
    const wanted = plan.projects.get(name);
    return wanted === annotation
      ? []
      : [{ kind: 'project' as const, name, resourceVersion, annotation: wanted }];
  });
}

/**
 * The shared key, checked by the engine. If the engine already refuses the foreign part, that is reported elsewhere, and the
 * operator's entries do not make it worse. A text that only the operator's entries would break is not written.
 */
function acceptedSplice(before: string | undefined, splice: Splice, plan: Plan, inquiry: Inquiry): Splice {
  if (!splice.ok || splice.text === undefined || splice.text === before) return splice;
  const checkOf = (text: string) =>
    checkFinding(inquiry, { [SUBSCRIPTIONS_KEY]: text }, ({ key = SUBSCRIPTIONS_KEY }) => key);
  const finding = checkOf(withSample(splice.text, sampleOf(before, plan)));
  if (!finding) return splice;
  // A removal of entries cannot break a working key, and must not wait for an engine that is out of order.
  if (finding.gate === 'unanswered')
    return isRemoval(before, splice.text) ? splice : { ok: true, text: before };
  const foreign = foreignText(before);
  const foreignFinding = foreign === undefined ? undefined : checkOf(foreign);
  if (foreignFinding?.gate === 'unanswered') return { ok: true, text: before };
  if (foreignFinding) return splice;
  return { ok: false, reason: 'TargetBroken', message: finding.message };
}

/**
 * The entries that stand for all entries of the operator when the engine checks the shared key: one, and those whose selectors it has not
 * accepted, neither with their keys nor as part of the live value. So the question about a long list is short, and stays the same
 * from write to write.
 */
function sampleOf(before: string | undefined, { entries, accepted }: Plan): readonly SubscriptionEntry[] {
  const selected = entries.filter((entry) => entry.selector !== undefined && !accepted?.has(entry));
  if (selected.length === 0) return [PROBE];
  const live = new Set(readBlock(before).entries.map(({ selector }) => selector));
  return [PROBE, ...selected.filter(({ selector }) => !live.has(selector))];
}

/** An entry that no subscription has. */
const PROBE: SubscriptionEntry = { recipients: ['dt_probe'], triggers: ['dt_probe'] };

function isRemoval(before: string | undefined, after: string): boolean {
  const known = new Set(readBlock(before).entries.map((entry) => JSON.stringify(entry)));
  return readBlock(after).entries.every((entry) => known.has(JSON.stringify(entry)));
}

/** Whether any wanted key differs, and which keys of the operator are there and not wanted any more. */
function difference(
  wanted: Data,
  live: Data,
  ours: readonly Iterable<string>[],
): { changed: boolean; stale: string[] } {
  const stale = new Set<string>();
  for (const keys of ours)
    for (const key of keys) if (!Object.hasOwn(wanted, key) && Object.hasOwn(live, key)) stale.add(key);
  return {
    changed: Object.keys(wanted).some((key) => own(live, key) !== own(wanted, key)),
    stale: [...stale].sort(),
  };
}
