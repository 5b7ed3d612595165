import { isDeepStrictEqual } from 'node:util';
import type { Finding } from '../../api/finding.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { DestinationQuotas, IN_TOTAL } from './destination-quotas.ts';
import type { Reach } from './reach.ts';

/** The destinations of one version of a subscription. */
export interface Claim {
  readonly reach: Reach;
  readonly events: number;
  readonly robots: number;
}

/** The destinations of an entry of the shared key on the applications within a reach. */
export const claimOf = ({ triggers, recipients }: SubscriptionEntry, reach: Reach): Claim => ({
  reach,
  events: triggers.length,
  robots: recipients.length,
});

/**
 * The account of destinations. Live versions reserve their destinations first. Then each subscription, in the order of
 * admission, exchanges its destinations for those of its newest version.
 */
export class Destinations {
  readonly #quotas: DestinationQuotas;
  readonly #held = new Map<string, Claim>();
  readonly #live = new Map<string, { readonly claim: Claim; readonly isCertain: boolean }>();
  readonly #foreign: number;

  /**
   * @param accounts the projects and patterns that have a separate account; every pattern of any reach is among them
   * @param foreign how many destinations foreign entries have on every application
   */
  constructor(accounts: Iterable<string>, foreign: number) {
    this.#quotas = new DestinationQuotas(accounts);
    this.#foreign = foreign;
  }

  /**
   * Reserves the destinations of a subscription's live version.
   * @param isCertain false: the reach may be too wide, so the version is not refused for its size
   * @returns whether the version may stay
   */
  reserve(subscription: string, claim: Claim, isCertain: boolean): boolean {
    if (isCertain && this.#lack(claim)) return false;
    this.#live.set(subscription, { claim, isCertain });
    this.#hold(subscription, claim);
    return true;
  }

  /**
   * Exchanges a subscription's destinations for those of its newest version. A version with no more destinations than the live
   * one is never refused: an edit must not wait because the reach of another subscription is taken too wide.
   * @returns what is missing; undefined if nothing is
   */
  take(subscription: string, claim: Claim): Finding | undefined {
    const held = this.#held.get(subscription);
    const live = this.#live.get(subscription);
    const isLive = live?.isCertain && isWithin(claim, live.claim);
    // In most decisions most subscriptions have not changed, and to exchange equal claims costs time.
    if (isLive && (held === claim || (held && isWithin(held, claim) && isWithin(claim, held))))
      return undefined;
    this.release(subscription);
    const lack = isLive ? undefined : this.#lack(claim);
    if (!lack) this.#hold(subscription, claim);
    else if (held) this.#hold(subscription, held);
    return lack;
  }

  /** Goes back to the destinations of the live version; false if there is none that may stay. */
  keepLive(subscription: string): boolean {
    const live = this.#live.get(subscription);
    this.release(subscription);
    if (live) this.#hold(subscription, live.claim);
    return live !== undefined;
  }

  /** Frees the destinations of a subscription. */
  release(subscription: string): void {
    const held = this.#held.get(subscription);
    if (!held) return;
    this.#held.delete(subscription);
    for (const { counter } of this.#quotas.of(held.reach))
      counter.add(held.reach, -held.events * held.robots);
  }

  #hold(subscription: string, claim: Claim): void {
    this.#held.set(subscription, claim);
    for (const { counter } of this.#quotas.of(claim.reach)) {
      counter.add(claim.reach, claim.events * claim.robots);
    }
  }

  #lack({ reach, events, robots }: Claim): Finding | undefined {
    for (const { counter, size, whose } of this.#quotas.of(reach)) {
      // Foreign destinations on every application shrink all quotas in the same proportion.
      const limit = Math.floor((size * Math.max(0, IN_TOTAL - this.#foreign)) / IN_TOTAL);
      if (counter.taken(reach) + events * robots <= limit) continue;
      const message =
        `spec.events: there is no room left for the ${events} × ${robots} destinations (events times robots) that the ` +
        `subscription needs. One application can have ${size} destinations from ${whose()}. Entries of others in the key ` +
        'subscriptions lower this number. Beyond a hundred in all, Argo CD would send the same messages over and over. Use ' +
        'fewer robots or events, or separate the subscriptions by exact names, destinationNamespaces or projects in ' +
        'spec.applications. The operator merges the resource as soon as others are removed.';
      return { reason: 'TooManyDestinations', message };
    }
    return undefined;
  }
}

const isWithin = (claim: Claim, other: Claim): boolean =>
  claim === other ||
  (claim.events * claim.robots <= other.events * other.robots && isDeepStrictEqual(claim.reach, other.reach));
