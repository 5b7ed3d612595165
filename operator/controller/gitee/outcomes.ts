import { isDeepStrictEqual } from 'node:util';
import type { Finding } from '../../api/finding.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import type { HookState, WantedHooks } from '../../core/model/gitee.ts';
import { hookPlacesOf, wantedOf } from './places.ts';

/** What the last look at one subscription in one repository has found. */
export interface LookedAt {
  readonly generation: number;
  readonly finding?: Finding | undefined;
  /** About hooks that should go. */
  readonly warnings: readonly Finding[];
}

/** How many hooks there are: as declared, not as declared, and still there although nobody wants them. */
export interface HookCounts {
  readonly kept: number;
  readonly failing: number;
  readonly leaving: number;
}

/** What the last looks have found, by the uid of the subscription and the repository. */
export class HookOutcomes {
  readonly #found = new Map<string, Map<string, LookedAt>>();
  #states: ReadonlyMap<string, HookState> = new Map();

  /** @returns whether it differs from what was found before */
  set({ metadata: { uid } }: NotificationSubscription, place: string, found: LookedAt): boolean {
    const places = this.#found.get(uid) ?? new Map<string, LookedAt>();
    this.#found.set(uid, places);
    const isSame = isDeepStrictEqual(places.get(place), found);
    places.set(place, found);
    return !isSame;
  }

  /** Forgets all subscriptions but these. */
  keepOnly(uids: ReadonlySet<string>): void {
    for (const uid of this.#found.keys()) if (!uids.has(uid)) this.#found.delete(uid);
  }

  /** The states of the subscriptions whose repositories have all been looked at. */
  states(
    subscriptions: readonly NotificationSubscription[],
    hooks: WantedHooks,
    installation: string,
  ): ReadonlyMap<string, HookState> {
    const states = new Map<string, HookState>();
    for (const subscription of subscriptions) {
      const found = this.#of(subscription, hooks, installation);
      if (found === undefined || found.length === 0) continue;
      const findings = found.flatMap(({ finding }) => (finding ? [finding] : []));
      const key = resourceKey(subscription);
      const state = {
        uid: subscription.metadata.uid,
        generation: Math.min(...found.map(({ generation }) => generation)),
        ...(findings[0] && { finding: findings[0] }),
        warnings: found.flatMap(({ warnings }) => warnings),
      };
      const before = this.#states.get(key);
      // Decisions remember by identity what they have made of a state.
      states.set(key, before && isDeepStrictEqual(before, state) ? before : state);
    }
    this.#states = states;
    return states;
  }

  counts(
    subscriptions: readonly NotificationSubscription[],
    hooks: WantedHooks,
    installation: string,
  ): HookCounts {
    const counts = { kept: 0, failing: 0, leaving: 0 };
    for (const subscription of subscriptions) {
      const wanted = wantedOf(subscription, hooks);
      if (wanted === 'keep') continue;
      const found = this.#of(subscription, hooks, installation);
      const isKept = found?.every(({ finding }) => finding === undefined);
      counts[isKept ? 'kept' : 'failing'] += wanted.length;
      counts.leaving += found?.reduce((sum, { warnings }) => sum + warnings.length, 0) ?? 0;
    }
    return counts;
  }

  /** undefined if a repository of the subscription has not been looked at yet. */
  #of(
    subscription: NotificationSubscription,
    hooks: WantedHooks,
    installation: string,
  ): readonly LookedAt[] | undefined {
    const places = [...hookPlacesOf(subscription, hooks, installation).keys()];
    const found = places.map((place) => this.#found.get(subscription.metadata.uid)?.get(place));
    return found.every((each) => each !== undefined) ? found : undefined;
  }
}
