/** After this many urgent jobs, one job in the background has its turn: urgent jobs may come all the time. */
const MOST_IN_A_ROW = 50;

/** Jobs by the namespace that they are done for; the first namespace has the next turn. */
type Line<T> = Map<string, T[]>;

/**
 * A line of jobs. Namespaces take turns, one job each, and each in order of arrival. So a namespace with many jobs
 * delays another one only by the job that is under way. Background jobs come after urgent jobs, but one background
 * job is done after a number of urgent ones.
 */
export class Queue<T> {
  readonly #foreground: Line<T> = new Map();
  readonly #background: Line<T> = new Map();
  #inARow = 0;

  /** @param asker the namespace that the job is done for */
  add(job: T, isBackground: boolean, asker: string): void {
    const line = isBackground ? this.#background : this.#foreground;
    const own = line.get(asker);
    if (own) own.push(job);
    else line.set(asker, [job]);
  }

  next(): T | undefined {
    if (this.#inARow < MOST_IN_A_ROW) {
      const job = nextOf(this.#foreground);
      this.#inARow += 1;
      if (job !== undefined) return job;
    }
    this.#inARow = 0;
    return nextOf(this.#background) ?? nextOf(this.#foreground);
  }

  /** Empties the line. */
  takeAll(): T[] {
    const lines = [this.#foreground, this.#background];
    const jobs = lines.flatMap((line) => [...line.values()].flat());
    for (const line of lines) line.clear();
    return jobs;
  }
}

/** After its turn, a namespace goes to the end. */
function nextOf<T>(line: Line<T>): T | undefined {
  const [first] = line;
  if (!first) return undefined;
  const [asker, jobs] = first;
  const job = jobs.shift();
  line.delete(asker);
  if (jobs.length > 0) line.set(asker, jobs);
  return job;
}
