/** So many members at most share a turn. */
const MAX_GROUP = 64;

interface Member<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does something for a group of callers at once.
 * @param take gives the items of the group, always the same ones. Until the first call, others can join.
 * @returns a result for each item, in order; if it rejects, nothing at all was done
 */
export type GroupWork<Item, Result> = (take: () => readonly Item[]) => Promise<readonly Result[]>;

/**
 * Does the same for several callers at once, as one transaction does whose end on the disk takes longer than all else. While one group
 * is under way, the next one gathers.
 */
export class Grouping<Item, Result> {
  readonly #work: GroupWork<Item, Result>;
  readonly #isShared: (error: unknown) => boolean;
  #members: Member<Item, Result>[] = [];
  #running: Promise<void> | undefined;

  /** @param isShared whether an error would be the same for each item alone */
  constructor(work: GroupWork<Item, Result>, isShared: (error: unknown) => boolean) {
    this.#work = work;
    this.#isShared = isShared;
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
      let group: readonly Member<Item, Result>[] | undefined;
      await this.#do(() => {
        group ??= this.#members.splice(0, MAX_GROUP);
        return group;
      });
    }
    this.#running = undefined;
  }

  async #do(take: () => readonly Member<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#work(() => take().map(({ item }) => item));
      for (const [index, { resolve }] of take().entries()) resolve(results[index] as Result);
    } catch (error) {
      const members = take();
      if (members.length > 1 && !this.#isShared(error))
        for (const member of members) await this.#do(() => [member]);
      else for (const { reject } of members) reject(error);
    }
  }
}
