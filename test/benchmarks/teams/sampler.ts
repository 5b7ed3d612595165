import {
  cpuSum,
  type ProcessTree,
  readProcessTree,
  residentSum,
} from '../../../operator/engine/testing/process-tree.ts';

const INTERVAL_MS = 100;

/** Memory at one moment, in bytes. */
export interface Memory {
  readonly operator: number;
  readonly children: number;
  readonly sum: number;
  /** The most that the operator's own process ever had. */
  readonly operatorPeak: number;
  /** The most that any one child ever had; 0 without children. */
  readonly childPeak: number;
}

/** Looks at the operator's process and its children ten times a second, since children come and go. */
export class Sampler implements Disposable {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #sums: number[] = [];
  #childPeak = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#sample(), INTERVAL_MS);
  }

  /** The sums of resident memory since the last call of this, one for each sample. */
  takeSums(): number[] {
    const sums = this.#sums;
    this.#sums = [];
    return sums;
  }

  /** @throws Error if the operator has ended */
  memory(): Memory {
    const tree = this.#tree();
    const sum = residentSum(tree);
    const { residentBytes: operator, peakBytes: operatorPeak } = tree.root;
    return { operator, children: sum - operator, sum, operatorPeak, childPeak: this.#childPeak };
  }

  /**
   * CPU time so far, in seconds.
   * @throws Error if the operator has ended
   */
  cpuSeconds(): number {
    return cpuSum(this.#tree());
  }

  #tree(): ProcessTree {
    const tree = this.#sample();
    if (!tree) throw new Error('the operator has ended');
    return tree;
  }

  #sample(): ProcessTree | undefined {
    const tree = readProcessTree(this.#pid);
    if (!tree) return undefined;
    this.#sums.push(residentSum(tree));
    this.#childPeak = Math.max(this.#childPeak, ...tree.children.map(({ peakBytes }) => peakBytes));
    return tree;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
