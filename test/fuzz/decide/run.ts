import { setImmediate } from 'node:timers/promises';
import { SimulatedEngine } from './engine.ts';
import { Meter } from './meter.ts';
import { reportOf, signatureOf } from './report.ts';
import { ResourceMaker } from './resources.ts';
import { type Bench, type Found, Walk } from './walk.ts';
import { assaults } from './worst.ts';

const PROGRESS_MS = 2_000;

export interface DecisionFuzzOptions {
  readonly durationSeconds: number;
  readonly seed: number;
  /** Only this case. */
  readonly only?: number | undefined;
  /** Goes on after a finding, and reports each kind once. */
  readonly all?: boolean | undefined;
  /** Ends the run early. */
  readonly signal?: AbortSignal | undefined;
  readonly print: (line: string) => void;
}

/** What came of a run. */
export interface DecisionFuzzResult {
  /** How often each kind of finding came, by a line that tells them apart. */
  readonly findings: ReadonlyMap<string, number>;
  readonly cases: number;
  readonly decisions: number;
}

/**
 * Makes up worlds and has the core decide on them for that long. Prints seed, case and resources of what it finds.
 * @throws Error if Argo CD's engine cannot be started
 */
export async function fuzzDecisions(options: DecisionFuzzOptions): Promise<DecisionFuzzResult> {
  const { durationSeconds, seed, only, all, signal, print } = options;
  const started = Date.now();
  const findings = new Map<string, number>();
  let [cases, decisions] = [0, 0];
  const bench: Bench = {
    maker: await ResourceMaker.load(),
    engine: await SimulatedEngine.start(),
    meter: new Meter(),
    assaults: await assaults(),
    onDecision: () => decisions++,
  };
  let told = started;
  const tell = () => {
    told = Date.now();
    const seconds = (told - started) / 1_000;
    const count = [...findings.values()].reduce((sum, each) => sum + each, 0);
    print(
      `${seconds.toFixed(0)} s: ${cases} cases (${(cases / seconds).toFixed(1)}/s), ${decisions} decisions, ${count} findings`,
    );
  };
  const note = (found: Found, index: number) => {
    const signature = signatureOf(found);
    const before = findings.get(signature) ?? 0;
    findings.set(signature, before + 1);
    if (before === 0) print(reportOf(found, seed, index, (snapshot) => bench.meter.violationOf(snapshot)));
  };
  const isOver = () =>
    (findings.size > 0 && !all) || signal?.aborted || Date.now() - started >= durationSeconds * 1_000;
  for (let index = only ?? 0; !isOver(); index++) {
    const walk = new Walk(seed, index, bench);
    const found = walk.run();
    cases++;
    if (found) note(found, index);
    if (only !== undefined) break;
    if (Date.now() - told < PROGRESS_MS) continue;
    tell();
    const full = bench.meter.full();
    if (full) note({ ...full, ...walk.scene }, index);
    await setImmediate(); // So that Ctrl-C is heard.
  }
  tell();
  return { findings, cases, decisions };
}
