import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** No test takes so long, except on a cluster of kind: after this, and as often again, the files under way are named. */
const SILENCE_MS = 120_000;

/**
 * Names the test files under way when nothing has begun or ended for two minutes. A file in an endless loop never answers, so neither its
 * tests' time-outs nor the other reporters say a word about it.
 */
export class SilenceReporter implements Reporter {
  readonly #underWay = new Set<string>();
  readonly #say: (text: string) => void;
  readonly #silenceMs: number;
  #silences = 0;
  #alarm: NodeJS.Timeout | undefined;

  constructor({
    silenceMs = SILENCE_MS,
    say = (text: string): void => void process.stderr.write(text),
  } = {}) {
    this.#silenceMs = silenceMs;
    this.#say = say;
  }

  onTestRunStart(): void {
    this.#hear();
  }

  onTestModuleQueued({ moduleId }: Pick<TestModule, 'moduleId'>): void {
    this.#underWay.add(moduleId);
    this.#hear();
  }

  onTestCaseResult(): void {
    this.#hear();
  }

  onTestModuleEnd({ moduleId }: Pick<TestModule, 'moduleId'>): void {
    this.#underWay.delete(moduleId);
    this.#hear();
  }

  onTestRunEnd(): void {
    clearInterval(this.#alarm);
  }

  #hear(): void {
    clearInterval(this.#alarm);
    this.#silences = 0;
    this.#alarm = setInterval(() => this.#complain(), this.#silenceMs);
    this.#alarm.unref();
  }

  #complain(): void {
    this.#silences += 1;
    const seconds = (this.#silences * this.#silenceMs) / 1_000;
    const files = [...this.#underWay].map((path) => relative(process.cwd(), path)).join(', ');
    this.#say(`no test has begun or ended for ${seconds} s; under way: ${files || 'no file'}\n`);
  }
}
