/**
 * The operator's decision, a pure function of a snapshot. The folders are in the order of the data. model/ has the known
 * facts, and bounds/ limits how much of them is read. resolve/ makes verdicts from custom resources, compile/ makes keys from
 * accepted resources, and gate/ asks Argo CD's engine about them. plan/ decides which keys the target gets, relay/ which
 * routes the relay gets, gitee/ decides about Gitee repositories, others/ finds other tools' content there, and writes/ makes requests
 * from plan and target. status/ and delivery/ report and check the outcome.
 */

import type { Finding } from '../api/finding.ts';
import type { CustomResource } from '../api/kinds.ts';
import { beyondBounds } from './bounds/beyond-bounds.ts';
import { planGitee } from './gitee/gitee.ts';
import { type Fault, Faults } from './model/faults.ts';
import type { WantedHooks } from './model/gitee.ts';
import { Inquiry, type Question } from './model/inquiry.ts';
import { type LiveState, readLiveState } from './model/live.ts';
import type { Resolution } from './model/resolved.ts';
import type { Snapshot } from './model/snapshot.ts';
import { foreignFindings } from './others/foreign.ts';
import { ignoredSubscriptions } from './others/legacy-config.ts';
import { movesOf } from './plan/moves.ts';
import type { Plan } from './plan/placements.ts';
import { planTarget } from './plan/plan.ts';
import { planPostedEvents } from './relay/posted-events.ts';
import { type RouteChanges, routeChanges } from './relay/relay.ts';
import { planRoutes } from './relay/routes.ts';
import { withSharedKeys } from './relay/shared-keys.ts';
import { resolve } from './resolve/resolve.ts';
import { type Writes, writesFor } from './writes/writes.ts';

/** All results of one snapshot. */
export interface Decision {
  /** Every CR with its final verdict. */
  readonly resolution: Resolution;
  /** The present content of the target. */
  readonly live: LiveState;
  readonly plan: Plan;
  readonly writes: Writes;
  /** The changes of RelayRoutes. */
  readonly routes: RouteChanges;
  /** The hooks of Gitee repositories that should exist. */
  readonly hooks: WantedHooks;
  /** Foreign content of the ConfigMap that stops Argo CD's engine for everybody. */
  readonly foreign: readonly Finding[];
  /** Why Argo CD's engine does not read the operator's entries of the shared key, if that is so. */
  readonly ignored?: Finding | undefined;
  /** The questions that the engine has not been asked yet; decide again once it has answered. */
  readonly questions: ReadonlyMap<string, Question>;
  /** Exceptions, each with the one resource that it was confined to. */
  readonly faults: readonly Fault[];
}

/** All steps from the snapshot to the requests: pure, and the same for the operator and for files. */
export function decide(snapshot: Snapshot): Decision {
  const inquiry = new Inquiry(snapshot.answers);
  const faults = new Faults();
  const { live, moves, hooks, plan: ownPlan, resolution } = planned(snapshot, inquiry, faults);
  const plan = withSharedKeys(ownPlan, snapshot, live, inquiry, moves);
  const writes = writesFor(plan, snapshot.target, live, inquiry);
  const foreign = foreignFindings(snapshot.target, snapshot.config.target, inquiry);
  const ignored = ignoredSubscriptions(snapshot.target.configMap, inquiry);
  const routes = routeChanges(plan, snapshot);
  return {
    resolution,
    live,
    plan,
    writes,
    routes,
    hooks,
    foreign,
    ignored,
    questions: inquiry.open,
    faults: faults.found,
  };
}

/** The steps to the plan. The inquiry notes the questions on the way. */
function planned(snapshot: Snapshot, inquiry: Inquiry, faults: Faults) {
  const live = readLiveState(snapshot.target);
  const beyond = beyondBounds(snapshot, live, faults);
  const resolved = resolve(snapshot, live, beyond, inquiry, faults);
  const moves = movesOf(resolved, snapshot, live, faults);
  const planned = planTarget(resolved, snapshot, live, inquiry, faults, moves);
  const routed = planRoutes(resolved, planned, snapshot, live, inquiry, faults, moves);
  const posted = planPostedEvents(resolved, routed, snapshot, live, inquiry, faults, moves);
  const besides = { ...posted, resolved, live, beyond };
  const { subscriptions: gitee, routes: giteeRoutes, hooks } = planGitee(snapshot, besides, inquiry, faults);
  return {
    live,
    moves,
    hooks,
    plan: { ...posted.plan, giteeRoutes },
    resolution: { ...posted.resolution, gitee },
  };
}

/**
 * The questions that a decision raises about the resources of a few namespaces, without the look at all others. A decision
 * looks at everything, so an edit costs less if its questions are answered before. A template or a robot of another namespace
 * that these resources use is not seen, so some questions may be missing.
 */
export function questionsAbout(
  namespaces: ReadonlySet<string>,
  snapshot: Snapshot,
): ReadonlyMap<string, Question> {
  const inquiry = new Inquiry(snapshot.answers);
  const ofThese = <T extends CustomResource>(resources: readonly T[]): readonly T[] =>
    resources.filter(({ metadata }) => namespaces.has(metadata.namespace));
  const part: Snapshot = {
    ...snapshot,
    robots: ofThese(snapshot.robots),
    templates: ofThese(snapshot.templates),
    subscriptions: ofThese(snapshot.subscriptions),
  };
  planned(part, inquiry, new Faults());
  return inquiry.open;
}
