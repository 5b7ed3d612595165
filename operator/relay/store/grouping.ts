import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';

/** So many members at most share a turn. */
const MAX_GROUP = 64;

/** The longest rest after a group. */
const MAX_REST_MS = 10;

interface Member<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does the same for several callers at once, as one transaction does whose end on the disk takes longer than all else. While one group
 * is under way, the next one gathers.
 */
export class Grouping<Item, Result> {
  readonly #work: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #isShared: (error: unknown) => boolean;
  readonly #hasRests: boolean;
  #members: Member<Item, Result>[] = [];
  #running: Promise<void> | undefined;

  /**
   * @param work gives a result for each item, in order, or has done nothing at all
   * @param isShared whether an error would be the same for each item alone
   * @param hasRests whether nothing else can happen during the work: then each group is followed by a rest as long as the work, at most,
   *   in which the next one gathers
   */
  constructor(
    work: (items: readonly Item[]) => Promise<readonly Result[]>,
    isShared: (error: unknown) => boolean,
    { hasRests = false } = {},
  ) {
    this.#work = work;
    this.#isShared = isShared;
    this.#hasRests = hasRests;
  }

  /** Rejects with the error of the item's group, or with its own error if the items of the group had to be tried one by one. */
  add(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#members.push({ item, resolve, reject });
    this.#running ??= this.#run();
    return promise;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#members.length > 0) {
      // Whatever has arrived in the meantime is read first.
      await turn();
      const begin = performance.now();
      await this.#do(this.#members.splice(0, MAX_GROUP));
      const restMs = Math.min(performance.now() - begin, MAX_REST_MS);
      if (this.#hasRests && restMs >= 1) await pause(restMs);
    }
    this.#running = undefined;
  }

  async #do(members: readonly Member<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#work(members.map(({ item }) => item));
      for (const [index, { resolve }] of members.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (members.length > 1 && !this.#isShared(error))
        for (const member of members) await this.#do([member]);
      else for (const { reject } of members) reject(error);
    }
  }
}
