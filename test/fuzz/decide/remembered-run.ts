import { setImmediate } from 'node:timers/promises';
import { SimulatedEngine } from './engine.ts';
import { asText } from './outcome.ts';
import { RememberedWalk, type Stale } from './remembered.ts';
import { ResourceMaker } from './resources.ts';

/** The small changes of one cluster. */
const STEPS = 60;

/** The story is told from here: a stale decision mostly follows from the last changes. */
const MAX_TOLD = 30;

export interface RememberedOptions {
  /** Ends after that time, or with the number of cases, whichever comes first. */
  readonly durationSeconds: number;
  readonly cases?: number;
  readonly seed: number;
  /** Only this case. */
  readonly only?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly print: (line: string) => void;
}

/**
 * Walks through clusters until a decision depends on what was decided before, and prints it.
 * @returns how many decisions were compared, and whether one was stale
 * @throws Error if Argo CD's engine cannot be started
 */
export async function fuzzRemembered(
  options: RememberedOptions,
): Promise<{ readonly decisions: number; readonly isStale: boolean }> {
  const { durationSeconds, cases = Number.POSITIVE_INFINITY, seed, only, signal, print } = options;
  const bench = { maker: await ResourceMaker.load(), engine: await SimulatedEngine.start() };
  const endsAt = Date.now() + durationSeconds * 1_000;
  const first = only ?? 0;
  const last = only ?? cases - 1;
  let decisions = 0;
  for (let index = first; index <= last && Date.now() < endsAt && !signal?.aborted; index++) {
    const walk = new RememberedWalk(seed, index, bench);
    const stale = walk.run(STEPS);
    decisions += walk.compared;
    if (stale) {
      print(`seed ${seed}, case ${index}: ${reportOf(stale)}`);
      return { decisions, isStale: true };
    }
    await setImmediate(); // So that Ctrl-C is heard.
  }
  print(`${decisions} decisions were the same without memory`);
  return { decisions, isStale: false };
}

/** What happened, and where each part differs. */
function reportOf({ parts, story }: Stale): string {
  const differences = Object.entries(parts).map(([name, { remembered, fresh }]) => {
    const [one, other] = [asText(remembered) ?? '', asText(fresh) ?? ''];
    const at = [...one].findIndex((character, index) => character !== other[index]);
    const around = (text: string) => text.slice(Math.max(0, at - 300), at + 300);
    return `${name}\n  remembered: …${around(one)}…\n  fresh:      …${around(other)}…`;
  });
  return ['a decision is stale after', ...story.slice(-MAX_TOLD), ...differences].join('\n');
}
