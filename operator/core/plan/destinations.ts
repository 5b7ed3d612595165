import { isDeepStrictEqual } from 'node:util';
import type { Finding } from '../../api/finding.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { DestinationQuotas, IN_TOTAL } from './destination-quotas.ts';
import type { Reach } from './reach.ts';

/** What one version of a subscription takes. */
export interface Claim {
  readonly reach: Reach;
  readonly events: number;
  readonly robots: number;
}

/** What an entry of the shared key takes on the applications within a reach. */
export const claimOf = ({ triggers, recipients }: SubscriptionEntry, reach: Reach): Claim => ({
  reach,
  events: triggers.length,
  robots: recipients.length,
});

/**
 * The account of destinations. Who is live reserves first what it has; everybody then takes what its newest version
 * needs, in the order of admission, for what it had.
 */
export class Destinations {
  readonly #shares: DestinationQuotas;
  readonly #held = new Map<string, Claim>();
  readonly #live = new Map<string, { readonly claim: Claim; readonly isCertain: boolean }>();
  readonly #foreign: number;

  /**
   * @param accounts the projects and patterns that have an account of their own; every pattern of anybody's reach
   * @param foreign how many destinations others' entries have on every application
   */
  constructor(accounts: Iterable<string>, foreign: number) {
    this.#shares = new DestinationQuotas(accounts);
    this.#foreign = foreign;
  }

  /**
   * Keeps for a subscription what its live version has.
   * @param isCertain false: its reach may be too wide, so that it can't be said to be too much
   * @returns whether it may stay
   */
  reserve(subscription: string, claim: Claim, isCertain: boolean): boolean {
    if (isCertain && this.#lack(claim)) return false;
    this.#live.set(subscription, { claim, isCertain });
    this.#hold(subscription, claim);
    return true;
  }

  /**
   * Takes what a subscription's newest version needs, and gives back what it had; what is lacking otherwise. Nothing lacks
   * where the live version has as much, or an edit would have to wait for a reach of somebody else's that is told too wide.
   */
  take(subscription: string, claim: Claim): Finding | undefined {
    const held = this.#held.get(subscription);
    const live = this.#live.get(subscription);
    const isLive = live?.isCertain && isWithin(claim, live.claim);
    // Most subscriptions are as they were at every decision, and to give and take the same costs time.
    if (isLive && held && isWithin(held, claim) && isWithin(claim, held)) return undefined;
    this.release(subscription);
    const lack = isLive ? undefined : this.#lack(claim);
    if (!lack) this.#hold(subscription, claim);
    else if (held) this.#hold(subscription, held);
    return lack;
  }

  /** Goes back to what the live version has; false if there is none that may stay. */
  keepLive(subscription: string): boolean {
    const live = this.#live.get(subscription);
    this.release(subscription);
    if (live) this.#hold(subscription, live.claim);
    return live !== undefined;
  }

  /** Gives back what a subscription has. */
  release(subscription: string): void {
    const held = this.#held.get(subscription);
    if (!held) return;
    this.#held.delete(subscription);
    for (const { counter } of this.#shares.of(held.reach))
      counter.add(held.reach, -held.events * held.robots);
  }

  #hold(subscription: string, claim: Claim): void {
    this.#held.set(subscription, claim);
    for (const { counter } of this.#shares.of(claim.reach)) {
      counter.add(claim.reach, claim.events * claim.robots);
    }
  }

  #lack({ reach, events, robots }: Claim): Finding | undefined {
    for (const { counter, size, whose } of this.#shares.of(reach)) {
      // What others have on every application leaves less for all of us, in the same proportion.
      const limit = Math.floor((size * Math.max(0, IN_TOTAL - this.#foreign)) / IN_TOTAL);
      if (counter.taken(reach) + events * robots <= limit) continue;
      const message =
        `spec.events: ${events} × ${robots} destinations (events times robots) are needed, for which there is no room left. One ` +
        `application can have ${size} of ${whose}, less where others have entries in the key subscriptions; beyond a hundred ` +
        'in all, Argo CD would send the same messages over and over. Use fewer robots or events, or tell subscriptions apart by exact names, destinationNamespaces or ' +
        'projects in spec.applications; it goes in by itself once others leave.';
      return { reason: 'TooManyDestinations', message };
    }
    return undefined;
  }
}

const isWithin = (claim: Claim, other: Claim): boolean =>
  claim.events * claim.robots <= other.events * other.robots && isDeepStrictEqual(claim.reach, other.reach);
