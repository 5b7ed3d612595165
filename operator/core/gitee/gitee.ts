/**
 * Subscriptions to events of Gitee repositories → their RelayRoutes and the hooks that should exist. resolve.ts makes the verdicts,
 * with repository.ts, events.ts, native.ts and warnings.ts for their parts; route.ts makes a route, hooks.ts the hooks, and place.ts
 * decides what goes live. Argo CD's objects have nothing of all this.
 */

import type { Finding } from '../../api/finding.ts';
import type { CustomResource, GiteeSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { type GiteeRouteSpec, relayRouteName } from '../../api/relay-route.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { Faults } from '../model/faults.ts';
import type { WantedHooks } from '../model/gitee.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { LiveState } from '../model/live.ts';
import type { Resolution, ResolvedGiteeSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { inOrderOfAdmission } from '../plan/admission.ts';
import type { Plan } from '../plan/placements.ts';
import { judged } from '../plan/plan.ts';
import { byName, eachOf, giteeSubscriptions } from '../resolve/each.ts';
import { withGiteeRoutes } from '../resolve/relayed-robots.ts';
import { type PlacedGitee, placeGitee } from './place.ts';
import { giteeBudget, hasHooks } from './quotas.ts';
import { refusedGitee, resolveGitee } from './resolve.ts';
import { liveGiteeRoute } from './route.ts';

/** The part of a decision that is about Gitee repositories. */
export interface GiteePart {
  /** With the final verdicts. */
  readonly subscriptions: readonly ResolvedGiteeSubscription[];
  /** By name. */
  readonly routes: ReadonlyMap<string, GiteeRouteSpec>;
  readonly hooks: WantedHooks;
}

/** The rest of a decision, which does not depend on this part. */
export interface BesidesGitee {
  /** The verdicts before the plan: what has no room in Argo CD's objects can still get messages from the relay. */
  readonly resolved: Resolution;
  /** The verdicts after the plan. */
  readonly resolution: Resolution;
  readonly plan: Plan;
  readonly live: LiveState;
  /** Resources that are not read, with the finding that says so. */
  readonly beyond: ReadonlyMap<CustomResource, Finding>;
}

/** Decides about the subscriptions to events of Gitee. The inquiry notes the questions on the way. */
export function planGitee(
  snapshot: Snapshot,
  { resolved, resolution, plan, live, beyond }: BesidesGitee,
  inquiry: Inquiry,
  faults: Faults,
): GiteePart {
  const all = giteeSubscriptions(snapshot.subscriptions, faults);
  if (all.length === 0) return NOTHING;
  const references = {
    robots: byName(withGiteeRoutes(resolved.robots, snapshot, faults)),
    templates: byName(resolved.templates),
  };
  const isLive = (cr: GiteeSubscription) => liveGiteeRoute(cr, snapshot) !== undefined || hasHooks(cr);
  const refused = (cr: GiteeSubscription, refusal: Finding) => refusedGitee(cr, refusal, isLive(cr));
  const subscriptions = eachOf(snapshot, beyond, faults)(
    all,
    (cr) => resolveGitee(cr, references, snapshot),
    refused,
    (cr, refusal) => unread.get(cr, [refusal.message, isLive(cr)], () => refused(cr, refusal)),
  );
  const candidates = inOrderOfAdmission(
    subscriptions.filter(({ verdict }) => verdict.rollout !== 'none'),
    ({ cr }) => isLive(cr),
  );
  const budget = giteeBudget(candidates, resolution, plan, snapshot, live);
  const placed = new Map<string, PlacedGitee>();
  const routes = new Map<string, GiteeRouteSpec>();
  const hooks = new Map<string, 'keep' | PlacedGitee['hooks']>(othersHooks(all, subscriptions));
  for (const subscription of candidates) {
    const { cr } = subscription;
    const place = placeGitee(subscription, { ...references, snapshot, budget, inquiry, faults });
    placed.set(resourceKey(cr), place);
    hooks.set(resourceKey(cr), place.hooks);
    if (place.route) routes.set(relayRouteName(cr.metadata.namespace, cr.metadata.name), place.route);
  }
  return {
    subscriptions: subscriptions.map((each) =>
      judged(each, placed.get(resourceKey(each.cr))?.verdict ?? each.verdict),
    ),
    routes,
    hooks,
  };
}

const NOTHING: GiteePart = { subscriptions: [], routes: new Map(), hooks: new Map() };

/** There can be thousands of resources that are not read. */
const unread = new ObjectMemo<GiteeSubscription, ResolvedGiteeSubscription>();

/** The hooks of subscriptions that this installation does not serve are not its own, or it does not know yet if they are. */
function othersHooks(
  all: readonly GiteeSubscription[],
  ours: readonly ResolvedGiteeSubscription[],
): [string, 'keep'][] {
  const known = new Set<GiteeSubscription>(ours.map(({ cr }) => cr));
  return all
    .filter((cr) => !known.has(cr) && cr.metadata.deletionTimestamp === undefined)
    .map((cr) => [resourceKey(cr), 'keep']);
}
