import type { Question } from '../core/model/inquiry.ts';

/** What waits, and how much of it has had its turn. */
interface Line {
  readonly keys: string[];
  served: number;
}

/**
 * Questions that wait for the engine, in a line for each namespace that raises them. Next is the line of the namespace that has
 * had least of the engine's time since it came: a question that takes long is paid for by the namespace that asks it. A
 * question that several raise stands in each of their lines, so that nobody waits behind somebody who has asked the same.
 */
export class TurnsByNamespace {
  readonly #lines = new Map<string, Line>();
  /** The time that each namespace has had, in milliseconds, counted from where the others were when it came. */
  readonly #had = new Map<string, number>();
  /** Where the namespace was that was served last. */
  #level = 0;

  /** Puts these in line, behind those of their namespaces that are there. */
  add(questions: ReadonlyMap<string, Question>): void {
    const last: [string, Question][] = [];
    for (const [key, question] of questions) {
      // It decides nothing, and there are many of its kind.
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

  /** Takes the next question out; those that do not wait any more are skipped. */
  next(waits: (key: string) => boolean): { readonly key: string; readonly asker: string } | undefined {
    for (let asker = this.#least(); asker !== undefined; asker = this.#least()) {
      const line = this.#lines.get(asker) as Line;
      const key = line.keys[line.served++] as string;
      if (line.served === line.keys.length) this.#lines.delete(asker);
      if (!waits(key)) continue;
      this.#level = this.#of(asker);
      return { key, asker };
    }
    return undefined;
  }

  /** Notes that a namespace has had so much of the engine's time, in milliseconds. */
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

  /** Whoever comes new, or comes back, begins where the others are. */
  #of(asker: string): number {
    return Math.max(this.#level, this.#had.get(asker) ?? 0);
  }
}
