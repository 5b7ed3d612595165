import { readdirSync, readlinkSync } from 'node:fs';
import { readProcessTree } from '../../operator/engine/testing/process-tree.ts';

const SAMPLE_EVERY_MS = 2_000;

/** What one process held at one moment. */
export interface Holding {
  readonly atMs: number;
  readonly residentBytes: number;
  readonly sockets: number;
  readonly leads: boolean;
}

/** Follows the memory and the open sockets of processes, until each of them ends. */
export class ProcessWatch implements Disposable {
  readonly #holdings = new Map<number, Holding[]>();
  readonly #leads = new Map<number, () => boolean>();
  readonly #timer = setInterval(() => this.#sample(), SAMPLE_EVERY_MS);

  follow(pid: number, leads: () => boolean): void {
    this.#holdings.set(pid, []);
    this.#leads.set(pid, leads);
  }

  /** The samples of each process, in order. */
  holdings(): readonly (readonly Holding[])[] {
    return [...this.#holdings.values()];
  }

  #sample(): void {
    for (const [pid, samples] of this.#holdings) {
      const tree = readProcessTree(pid);
      if (!tree) continue;
      samples.push({
        atMs: performance.now(),
        residentBytes: tree.root.residentBytes,
        sockets: socketsOf(pid),
        leads: this.#leads.get(pid)?.() === true,
      });
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function socketsOf(pid: number): number {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).filter((fd) => readlinkSync(`${folder}/${fd}`).startsWith('socket:')).length;
  } catch {
    // The process, or one of its sockets, has gone while it was looked at.
    return 0;
  }
}

/**
 * How much more a process holds at the end than at the begin of its last role, which is to lead or to wait, as a share.
 * Both ends are medians of a third of the samples; a leader holds more than a replica that waits.
 * @param startMs how long the process warms up in its role
 */
export function growth(
  samples: readonly Holding[],
  what: 'residentBytes' | 'sockets',
  startMs: number,
): number {
  const begin = samples.findLastIndex(({ leads }, index) => leads !== samples[index - 1]?.leads);
  const inRole = samples.slice(Math.max(0, begin));
  const settled = inRole
    .filter(({ atMs }) => atMs - (inRole[0]?.atMs ?? 0) >= startMs)
    .map((each) => each[what]);
  const third = Math.floor(settled.length / 3);
  if (third < 3) return 0;
  return median(settled.slice(-third)) / median(settled.slice(0, third)) - 1;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
