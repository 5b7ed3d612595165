/**
 * Bounds the work that the resources of one namespace can make: workload.ts measures a resource, this file says which resources are
 * beyond `limits.perNamespace`, and looked-at.ts whose credentials are read.
 */

import type { Finding } from '../../api/finding.ts';
import type { CustomResource, DingTalkRobot } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { Faults } from '../model/faults.ts';
import type { LiveState } from '../model/live.ts';
import { readLiveState } from '../model/live.ts';
import { type LiveRoutes, liveRoutes } from '../model/live-routes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { served } from '../resolve/selection.ts';
import { type Workload, workloadOf } from './workload.ts';

/** The limits on the work for one namespace; each is a field of `limits.perNamespace`. */
const UNITS = ['resources', 'specBytes', 'messages', 'questions'] as const;

type Bounds = Pick<OperatorConfiguration['limits']['perNamespace'], (typeof UNITS)[number]>;

type Measured = Pick<Snapshot, 'config' | 'namespaces' | 'robots' | 'templates' | 'subscriptions' | 'relay'>;

const NOTHING: Workload = { resources: 0, specBytes: 0, messages: 0, questions: 0 };

/**
 * The resources that the operator does not read, because their namespace has more than its limits allow. This check itself is
 * cheap, so thousands of such resources cost other namespaces nothing. Live resources come first, then the oldest. A live
 * robot is always read: its signature must not expire because a limit was lowered.
 */
export function beyondBounds(
  snapshot: Measured,
  live: LiveState,
  faults: Faults,
): ReadonlyMap<CustomResource, Finding> {
  const { robots, templates, subscriptions, config, namespaces } = snapshot;
  const routes = liveRoutes(snapshot);
  const before = faults.found.length;
  const measure = () => {
    const crowded = crowdedNamespaces(snapshot, faults);
    return { crowded, isFaulty: faults.found.length > before };
  };
  const known = results.get(robots, [templates, subscriptions, config, namespaces], measure);
  // Each decision has to report the faults.
  const isToReport = known.isFaulty && faults.found.length === before;
  const { crowded } = isToReport ? measure() : known;
  if (crowded.size === 0) return NONE;
  const inputs = [config, live.services, live.events, routes];
  return beyondIn.get(crowded, inputs, () => resourcesBeyond(crowded, config, liveIn(live, routes)));
}

type Beyond = ReadonlyMap<CustomResource, Finding>;

const NONE: Beyond = new Map();

interface Result {
  readonly crowded: ReadonlyMap<string, readonly Candidate[]>;
  readonly isFaulty: boolean;
}

/** A run looks at the same resources several times. */
const results = new ObjectMemo<Measured['robots'], Result>();
const beyondIn = new ObjectMemo<Result['crowded'], Beyond>();

/** The namespaces with more than the limits allow. */
function crowdedNamespaces(snapshot: Measured, faults: Faults): Result['crowded'] {
  const bounds = snapshot.config.limits.perNamespace;
  const isWithin = (candidates: readonly Candidate[]) =>
    UNITS.every((unit) => sumOf(candidates, unit) <= bounds[unit]);
  return new Map([...byNamespace(snapshot, faults)].filter(([, candidates]) => !isWithin(candidates)));
}

function resourcesBeyond(crowded: Result['crowded'], { limits }: Measured['config'], isLive: IsLive): Beyond {
  const bounds = limits.perNamespace;
  const beyond = new Map<CustomResource, Finding>();
  for (const [namespace, candidates] of crowded) {
    const used = { ...NOTHING };
    for (const { resource, workload } of inOrder(candidates, isLive)) {
      const lack = UNITS.find((unit) => used[unit] + workload[unit] > bounds[unit]);
      const isRenewed = resource.kind === 'DingTalkRobot' && isLive(resource);
      if (lack !== undefined && !isRenewed)
        beyond.set(resource, finding(namespace, lack, bounds, workload[lack]));
      else for (const unit of UNITS) used[unit] += workload[unit];
    }
  }
  return beyond;
}

interface Candidate {
  readonly resource: CustomResource;
  readonly workload: Workload;
}

/** Suspended resources, and resources that are about to go, need no work. */
function byNamespace(snapshot: Measured, faults: Faults): Map<string, Candidate[]> {
  const { robots, templates, subscriptions } = snapshot;
  const found = new Map<string, Candidate[]>();
  for (const resource of served<CustomResource>([...robots, ...templates, ...subscriptions], snapshot)) {
    // A resource that cannot be measured cannot be resolved either, and gets its finding there.
    const workload =
      faults.guard(
        resource,
        () => workloadIfActive(resource),
        () => NOTHING,
      ) ?? NOTHING;
    if (workload === NOTHING) continue;
    const { namespace } = resource.metadata;
    const known = found.get(namespace);
    if (known) known.push({ resource, workload });
    else found.set(namespace, [{ resource, workload }]);
  }
  return found;
}

function workloadIfActive(resource: CustomResource): Workload {
  const isSuspended = 'suspend' in resource.spec && resource.spec.suspend === true;
  return isSuspended || resource.metadata.deletionTimestamp !== undefined ? NOTHING : workloadOf(resource);
}

const sumOf = (candidates: readonly Candidate[], unit: keyof Workload): number =>
  candidates.reduce((sum, { workload }) => sum + workload[unit], 0);

/** Thousands of resources may come here in each decision. */
const ranks = new ObjectMemo<CustomResource, string>();

function rankOf(resource: CustomResource, isLive: IsLive): string {
  const { creationTimestamp, uid } = resource.metadata;
  return `${isLive(resource) ? 0 : 1} ${creationTimestamp} ${uid}`;
}

function inOrder(candidates: readonly Candidate[], isLive: IsLive): Candidate[] {
  return candidates
    .map((candidate) => {
      const { resource } = candidate;
      return { candidate, rank: ranks.get(resource, [isLive(resource)], () => rankOf(resource, isLive)) };
    })
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ candidate }) => candidate);
}

type IsLive = (resource: CustomResource) => boolean;

const liveIn =
  (live: LiveState, routes: LiveRoutes): IsLive =>
  (resource) => {
    const key = resourceKey(resource);
    if (resource.kind === 'DingTalkRobot')
      return live.services.has(key) || routes.byRobot.has(key) || routes.gitee.byRobot.has(key);
    if (resource.kind !== 'NotificationSubscription') return false;
    return live.events.has(key) || routes.bySubscription.has(key) || routes.gitee.bySubscription.has(key);
  };

/** The message has the needs of this resource and no total: a status must not change because of other resources. */
function finding(namespace: string, unit: keyof Workload, bounds: Bounds, needed: number): Finding {
  const rule = `The operator reads at most ${bounds[unit]} ${MEANING[unit]} of namespace ${namespace} (limits.perNamespace.${unit}).`;
  const message =
    needed > bounds[unit]
      ? `${rule} This resource alone has ${needed}, so the operator does not read it. Its live version stays. Reduce the resource, or ` +
        'ask the platform team to raise the limit.'
      : `${rule} Live or older resources leave no room for the ${needed} of this resource, so the operator does not read it. Its live ` +
        'version stays. Remove resources of the namespace, or ask the platform team to raise the limit. The operator reads the ' +
        'resource as soon as there is room.';
  return { reason: 'NamespaceQuotaExceeded', message };
}

const MEANING: Readonly<Record<keyof Workload, string>> = {
  resources: 'robots, templates and subscriptions',
  specBytes: 'bytes of specs',
  messages: 'messages (events times robots, and one for each template)',
  questions: "questions to Argo CD's engine (about expressions, raw templates, robots and subscriptions)",
};

/**
 * The robots that a decision reads: those of served namespaces, without the robots beyond the bounds. The operator reads the
 * Secrets of no others, so a namespace cannot make it read and keep thousands of Secrets.
 */
export function robotsLookedAt(snapshot: Omit<Snapshot, 'credentials'>): readonly DingTalkRobot[] {
  const { robots, config, namespaces } = snapshot;
  // The decision finds the same faults, and reports them.
  const beyond = beyondBounds(snapshot, readLiveState(snapshot.target), new Faults());
  return lookedAt.get(robots, [beyond, config, namespaces], () =>
    served(robots, snapshot).filter((robot) => !beyond.has(robot)),
  );
}

const lookedAt = new ObjectMemo<Snapshot['robots'], readonly DingTalkRobot[]>();
