import { Limiter } from './limiter.ts';

interface Share {
  readonly limiter: Limiter;
  tasks: number;
}

/**
 * Lets a bounded number of tasks run at once, and fewer per owner, so one owner's slow tasks leave places for others.
 */
export class FairLimiter {
  readonly #all: Limiter;
  readonly #maxOfOne: number;
  readonly #shares = new Map<string, Share>();

  constructor(max: number, maxOfOne: number) {
    this.#all = new Limiter(max);
    this.#maxOfOne = maxOfOne;
  }

  /** Runs the task when its turn comes; fails only as the task fails. */
  async run<T>(owner: string, task: () => Promise<T>): Promise<T> {
    const share = this.#shares.get(owner) ?? { limiter: new Limiter(this.#maxOfOne), tasks: 0 };
    this.#shares.set(owner, share);
    share.tasks += 1;
    try {
      return await share.limiter.run(() => this.#all.run(task));
    } finally {
      share.tasks -= 1;
      if (share.tasks === 0) this.#shares.delete(owner);
    }
  }
}
