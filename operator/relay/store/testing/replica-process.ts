import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ReplicaTask } from './replica.ts';

/** A process of replica.ts. */
export class ReplicaProcess {
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  #stderr = '';

  constructor(task: ReplicaTask) {
    const script = join(import.meta.dirname, 'replica.ts');
    const child = spawn(process.execPath, [script, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.#closed = once(child, 'close');
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#stderr += text;
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      for (const { count, resolve } of this.#waiting) if (this.lines.length >= count) resolve();
    });
  }

  /** Resolves when the process has printed so many lines, or has ended. */
  async hasPrinted(count: number): Promise<void> {
    if (this.lines.length >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ count, resolve });
    await Promise.race([promise, this.#closed]);
  }

  /** Ends it without a chance to do anything. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#closed;
  }

  /** Resolves when it has ended by itself, in good order. */
  async end(): Promise<void> {
    await this.#closed;
    if (this.#process.exitCode !== 0 || this.#stderr !== '')
      throw new Error(`a replica ended with ${this.#process.exitCode}: ${this.#stderr}`);
  }
}
