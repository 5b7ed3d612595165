import { FairLimiter } from '../../lib/fair-limiter.ts';
import { Pace } from '../../lib/pace.ts';

/** Bodies that are in memory at once, in all and of one namespace. Each may have five megabytes. */
const [AT_ONCE, AT_ONCE_OF_ONE] = [8, 2];
/** Posts of one namespace that may wait for their turn, or have it. */
const MAX_OF_ONE = 16;
/** A push of many tags is as many posts at once. */
const [PER_SECOND, BURST] = [5, 300];
/** A body of so many bytes counts as one post more: its reader stops everything else for that time. */
const BYTES_OF_ONE = 100_000;
/** Namespaces with posts, beyond which the ones that have rested are forgotten. */
const MAX_KNOWN = 1_000;

/** A share that nobody has used for so long is full again. */
const FULL_AFTER_MS = (1_000 * BURST) / PER_SECOND;

interface Share {
  readonly pace: Pace;
  posts: number;
  usedAt: number;
}

/**
 * The shares of namespaces in the door for Gitee. A team knows the keys of its own hooks, so it can post whatever it likes, and must not
 * take the place of other teams.
 */
export class PostShares {
  readonly #clock: () => number;
  readonly #limiter = new FairLimiter(AT_ONCE, AT_ONCE_OF_ONE);
  readonly #shares = new Map<string, Share>();

  /** @param clock in milliseconds, only ever forward */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /**
   * Does the work for a post when its turn comes.
   * @returns undefined if the namespace has had its share
   */
  async run<T>(namespace: string, work: () => Promise<T>): Promise<T | undefined> {
    const share = this.#shareOf(namespace);
    if (share.posts >= MAX_OF_ONE || share.pace.waitMs() > 0) return undefined;
    share.pace.take();
    share.posts += 1;
    try {
      return await this.#limiter.run(namespace, work);
    } finally {
      share.posts -= 1;
    }
  }

  /** Counts the body of a post. */
  count(namespace: string, bytes: number): void {
    const { pace } = this.#shareOf(namespace);
    for (let more = Math.floor(bytes / BYTES_OF_ONE); more > 0; more -= 1) pace.take();
  }

  #shareOf(namespace: string): Share {
    const now = this.#clock();
    const known = this.#shares.get(namespace);
    if (!known && this.#shares.size >= MAX_KNOWN)
      for (const [name, { posts, usedAt }] of this.#shares)
        if (posts === 0 && now - usedAt > FULL_AFTER_MS) this.#shares.delete(name);
    const share = known ?? { pace: new Pace(PER_SECOND, BURST, this.#clock), posts: 0, usedAt: now };
    share.usedAt = now;
    this.#shares.set(namespace, share);
    return share;
  }
}
