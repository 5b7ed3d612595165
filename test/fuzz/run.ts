import { once } from 'node:events';
import { stringify } from 'yaml';
import { locateEngine } from '../../engine/locate.ts';
import { createEngine } from '../../operator/engine/client.ts';
import type { Engine } from '../../operator/engine/types.ts';
import { type Case, makeCase } from './cases.ts';
import { RealController } from './controller.ts';
import { loadCorpus } from './corpus.ts';
import { judge } from './judge.ts';
import { Tally } from './tally.ts';

const BATCH = 50;
const ENGINE_DEADLINE_MS = 500;
const PROGRESS_MS = 5_000;

export interface FuzzOptions {
  readonly durationSeconds: number;
  readonly seed: number;
  /** Ends the run early. */
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

/** Fuzzes for that long; resolves to the exit code: 0 if nothing was found, 1 if something was, 130 if it was interrupted. */
export async function runFuzz({ durationSeconds, seed, signal, print }: FuzzOptions): Promise<number> {
  const interrupted = once(signal, 'abort');
  print(`seed ${seed}: starting an API server, Argo CD's notifications controller and a fake DingTalk`);
  await using controller = await RealController.start(seed);
  await using engine = withDisposal(
    createEngine({ program: locateEngine(), deadlineMs: ENGINE_DEADLINE_MS }),
  );
  const tally = new Tally();
  const line = () => `${tally.line()}, ${controller.messages()} messages in Handlebars`;
  const progress = setInterval(() => print(line()), PROGRESS_MS);
  try {
    const fuzzer = new Fuzzer(engine, controller, seed, tally, print);
    const outcome = await Promise.race([
      fuzzer.run(Date.now() + durationSeconds * 1_000, signal),
      interrupted.then(() => 'interrupted' as const),
    ]);
    print(
      `${line()}\nseed ${seed}: ${typeof outcome === 'string' ? outcome : outcome ? 'nothing was found' : 'see above for what was found'}`,
    );
    return outcome === 'interrupted' ? 130 : outcome ? 0 : 1;
  } finally {
    clearInterval(progress);
  }
}

const withDisposal = (engine: Engine): Engine & AsyncDisposable => ({
  ...engine,
  [Symbol.asyncDispose]: () => engine.close(),
});

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

class Fuzzer {
  readonly #corpus = loadCorpus();
  readonly #engine: Engine;
  readonly #controller: RealController;
  readonly #seed: number;
  readonly #tally: Tally;
  readonly #print: (line: string) => void;

  constructor(
    engine: Engine,
    controller: RealController,
    seed: number,
    tally: Tally,
    print: (line: string) => void,
  ) {
    this.#engine = engine;
    this.#controller = controller;
    this.#seed = seed;
    this.#tally = tally;
    this.#print = print;
  }

  /** Resolves to whether nothing was found. The controller looks at one batch while the core judges the next. */
  async run(end: number, signal: AbortSignal): Promise<boolean> {
    let loading: Promise<string | undefined> = Promise.resolve(undefined);
    let loaded: readonly Case[] = [];
    for (let first = 0; Date.now() < end && !signal.aborted; first += BATCH) {
      const cases = Array.from({ length: BATCH }, (_, each) =>
        makeCase(this.#seed, first + each, this.#corpus),
      );
      const load = await this.#judge(cases, (refusals) => this.#tally.add(refusals));
      if (!(await this.#isFine(loaded, await loading, signal))) return false;
      [loading, loaded] = [load(), cases];
    }
    return this.#isFine(loaded, await loading, signal);
  }

  async #isFine(cases: readonly Case[], problem: string | undefined, signal: AbortSignal): Promise<boolean> {
    // What is being stopped has all kinds of problems.
    if (problem === undefined || signal.aborted) return true;
    this.#print(
      `a problem with cases ${cases.map(({ index }) => index).join(' ')}; looking for the one:\n${problem}`,
    );
    const culprits = await this.#bisect(cases, signal);
    if (!signal.aborted) await this.#report(culprits, problem);
    return false;
  }

  /** Has the core judge; what comes back has Argo CD's controller judge in turn. */
  async #judge(
    cases: readonly Case[],
    onJudged?: (refusals: ReadonlyMap<number, string | undefined>) => void,
  ): Promise<() => Promise<string | undefined>> {
    const scene = this.#controller.nextScene();
    try {
      const { target, refusals } = await judge(cases, scene, this.#engine);
      onJudged?.(refusals);
      return () => this.#controller.problemWith(target, scene).catch(describe);
    } catch (error) {
      return async () => describe(error);
    }
  }

  async #problemWith(cases: readonly Case[]): Promise<string | undefined> {
    const load = await this.#judge(cases);
    return load();
  }

  /** The smallest half of a half that still has a problem: usually one case. */
  async #bisect(cases: readonly Case[], signal: AbortSignal): Promise<readonly Case[]> {
    if (cases.length === 1 || signal.aborted) return cases;
    const middle = cases.length >> 1;
    for (const half of [cases.slice(0, middle), cases.slice(middle)]) {
      if (await this.#problemWith(half)) return this.#bisect(half, signal);
    }
    return cases;
  }

  async #report(cases: readonly Case[], first: string): Promise<void> {
    const words = (await this.#problemWith(cases)) ?? `(not again by themselves; before) ${first}`;
    const resources = cases.flatMap(({ template, subscription }) =>
      template ? [template, subscription] : [subscription],
    );
    this.#print(
      `FOUND with seed ${this.#seed}, case ${cases.map(({ index }) => index).join(', ')}:\n${words}\n`,
    );
    this.#print(resources.map((resource) => stringify(resource, { lineWidth: 0 })).join('---\n'));
  }
}
