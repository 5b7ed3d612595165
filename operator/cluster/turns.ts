import type { Question } from '../core/model/inquiry.ts';

/** The questions that wait, and the number of those that had their turn. */
interface Line {
  readonly keys: string[];
  served: number;
}

/**
 * Questions that wait for the engine, in a line for each namespace that raises them. The next turn goes to the
 * namespace that has used the least of the engine's time since it came: the namespace that asks a slow question pays
 * for it. A question of several namespaces is in the line of each, so no namespace waits behind another one that asks
 * the same.
 */
export class TurnsByNamespace {
  readonly #lines = new Map<string, Line>();
  /** The engine time of each namespace, in milliseconds, counted from the others' time at its arrival. */
  readonly #had = new Map<string, number>();
  /** The time of the namespace that was served last. */
  #level = 0;

  /** Queues these questions, behind those of their namespaces that wait already. */
  add(questions: ReadonlyMap<string, Question>): void {
    const last: [string, Question][] = [];
    for (const [key, question] of questions) {
      // Such a question decides nothing, and there are many of its kind.
      if (question.request.call === 'evaluate') last.push([key, question]);
      else this.#put(key, question);
    }
    for (const [key, question] of last) this.#put(key, question);
  }

  /** Empties the lines. */
  clear(): void {
    this.#lines.clear();
    for (const [asker, had] of this.#had) if (had <= this.#level) this.#had.delete(asker);
  }

  /**
   * Removes and returns the next question; questions that do not wait any more are skipped.
   * @param mayAsk whether a namespace may have a turn now; while the one that is next may not, no other has its turn
   */
  next(
    waits: (key: string) => boolean,
    mayAsk: (asker: string) => boolean,
  ): { readonly key: string; readonly asker: string } | undefined {
    for (let asker = this.#least(); asker !== undefined && mayAsk(asker); asker = this.#least()) {
      const line = this.#lines.get(asker) as Line;
      const key = line.keys[line.served++] as string;
      if (line.served === line.keys.length) this.#lines.delete(asker);
      if (!waits(key)) continue;
      this.#level = this.#of(asker);
      return { key, asker };
    }
    return undefined;
  }

  /** Records that a namespace has used this much of the engine's time, in milliseconds. */
  charge(asker: string, ms: number): void {
    this.#had.set(asker, this.#of(asker) + ms);
  }

  #put(key: string, { askers }: Question): void {
    for (const asker of askers) {
      const line = this.#lines.get(asker);
      if (line) line.keys.push(key);
      else this.#lines.set(asker, { keys: [key], served: 0 });
    }
  }

  #least(): string | undefined {
    let least: string | undefined;
    for (const asker of this.#lines.keys()) {
      if (least === undefined || this.#of(asker) < this.#of(least)) least = asker;
    }
    return least;
  }

  /** A namespace that comes, or comes back, begins with the others' time. */
  #of(asker: string): number {
    return Math.max(this.#level, this.#had.get(asker) ?? 0);
  }
}
