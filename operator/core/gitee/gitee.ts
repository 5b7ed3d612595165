import type { Finding } from '../../api/finding.ts';
import type { CustomResource, GiteeSubscription } from '../../api/kinds.ts';
import type { GiteeRouteSpec } from '../../api/relay-route.ts';
import type { Faults } from '../model/faults.ts';
import type { WantedHooks } from '../model/gitee.ts';
import type { ResolvedGiteeSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eachOf, giteeSubscriptions } from '../resolve/each.ts';

/** The part of a decision that is about Gitee repositories. */
export interface GiteePart {
  /** With the final verdicts. */
  readonly subscriptions: readonly ResolvedGiteeSubscription[];
  /** By name. */
  readonly routes: ReadonlyMap<string, GiteeRouteSpec>;
  readonly hooks: WantedHooks;
}

/**
 * Decides about the subscriptions to events of Gitee.
 * @param beyond resources that are not read, with the finding that says so
 */
export function planGitee(
  snapshot: Snapshot,
  beyond: ReadonlyMap<CustomResource, Finding>,
  faults: Faults,
): GiteePart {
  const refused = (cr: GiteeSubscription, refusal: Finding): ResolvedGiteeSubscription => ({
    cr,
    verdict: { rollout: 'none', refusal, warnings: [] },
  });
  const subscriptions = eachOf(snapshot, beyond, faults)(
    giteeSubscriptions(snapshot.subscriptions, faults),
    (cr) => refused(cr, NOT_SERVED),
    refused,
    refused,
  );
  return { subscriptions, routes: new Map(), hooks: new Map() };
}

const NOT_SERVED: Finding = {
  reason: 'UnsupportedField',
  message: 'spec.gitee: this version of the operator does not serve subscriptions to Gitee repositories yet.',
};
