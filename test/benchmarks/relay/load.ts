import { setTimeout as pause } from 'node:timers/promises';
import { RelayPoster, syncFailedPost } from '../../support/relay-posts.ts';
import type { RelayReplicas } from '../../support/relay-replicas.ts';

/** Answers to posts; times are in milliseconds from the moment at which a post was due. */
export interface Answers {
  readonly times: readonly number[];
  /** How many had each status; 0 for those without an answer. */
  readonly statuses: ReadonlyMap<number, number>;
}

/** Events, each of an Application that no other event is about. */
export class Load implements Disposable {
  readonly #poster: RelayPoster;
  readonly #routes: number;
  #count = 0;

  constructor(doors: RelayReplicas['doors'], routes: number) {
    this.#poster = new RelayPoster(doors);
    this.#routes = routes;
  }

  /**
   * A post comes at its time, whether the ones before it are answered or not.
   * @param post once, or again after a failure as Argo CD does it
   */
  async steady(rate: number, seconds: number, post: 'once' | 'asArgoCD' = 'once'): Promise<Answers> {
    const begin = performance.now();
    const times: number[] = [];
    const statuses = new Map<number, number>();
    const posts: Promise<void>[] = [];
    while (posts.length < rate * seconds) {
      const due = begin + (posts.length * 1_000) / rate;
      if (due > performance.now()) await pause(1);
      else
        posts.push(
          this.#post(post).then((status) => {
            times.push(performance.now() - due);
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
          }),
        );
    }
    await Promise.all(posts);
    return { times: times.sort((a, b) => a - b), statuses };
  }

  /** @returns how many posts were stored in a second, with callers that wait for their answers */
  async greedy(callers: number, seconds: number): Promise<number> {
    const end = performance.now() + seconds * 1_000;
    let stored = 0;
    const call = async (): Promise<void> => {
      while (performance.now() < end) if ((await this.#post()) === 202) stored += 1;
    };
    await Promise.all(Array.from({ length: callers }, call));
    return stored / seconds;
  }

  [Symbol.dispose](): void {
    this.#poster[Symbol.dispose]();
  }

  #post(post: 'once' | 'asArgoCD' = 'once'): Promise<number> {
    this.#count += 1;
    return this.#poster[post](syncFailedPost(`a${this.#count % this.#routes}-x${this.#count}`));
  }
}

/** The time within which a share of the posts was answered. */
export const percentile = ({ times }: Answers, share: number): number =>
  times[Math.floor(share * (times.length - 1))] ?? Number.NaN;

/** How many posts were not stored. */
export const notStored = ({ times, statuses }: Answers): number => times.length - (statuses.get(202) ?? 0);
