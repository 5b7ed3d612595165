import type { GateAnswer } from '../../../operator/core/model/engine-api.ts';
import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import type { Random } from '../random.ts';
import type { Cluster } from './cluster.ts';
import type { Fate, SimulatedEngine } from './engine.ts';
import { GOOD } from './good-team.ts';
import type { Meter } from './meter.ts';
import type { Outcome } from './outcome.ts';
import type { Violation } from './violation.ts';

/** A template raises four questions one after the other; with one of its subscriptions, some more. */
const MAX_ROUNDS = 20;

/** What the operator does in a cluster: it decides, asks the engine, writes and tells. */
export class SimulatedOperator {
  readonly #cluster: Cluster;
  readonly #engine: SimulatedEngine;
  readonly #meter: Meter;
  readonly #random: Random;
  readonly #salt: number;
  #last: { readonly snapshot: Snapshot; readonly outcome: Outcome | Violation } | undefined;

  /** @param salt which questions the engine answers late or never follows from it */
  constructor(
    cluster: Cluster,
    { engine, meter }: { readonly engine: SimulatedEngine; readonly meter: Meter },
    random: Random,
    salt: number,
  ) {
    this.#cluster = cluster;
    this.#engine = engine;
    this.#meter = meter;
    this.#random = random;
    this.#salt = salt;
  }

  /** What follows from the world as it is; the same again until something happens. */
  decided(): Outcome | Violation {
    const { snapshot } = this.#cluster;
    if (this.#last?.snapshot === snapshot) return this.#last.outcome;
    const { outcome, slow } = this.#meter.timed(snapshot);
    this.#last = { snapshot, outcome: slow ?? outcome };
    return this.#last.outcome;
  }

  /** Writes and tells what was decided, or one of them, or nothing. */
  act(writes: boolean, tells: boolean): void {
    const outcome = this.decided();
    if ('property' in outcome) return; // It is found when it is judged.
    if (writes) this.#cluster.written(outcome.decision);
    if (tells) this.#cluster.told(outcome.updates);
  }

  /** Until there is nothing more to be asked that is ever answered. */
  askAll(): Violation | undefined {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const before = this.#cluster.snapshot;
      const found = this.ask(false);
      if (found || this.#cluster.snapshot === before) return found;
    }
    return { property: 'unsettled', words: `there are new questions after ${MAX_ROUNDS} rounds` };
  }

  /** One round of questions; with `moody`, some answers take longer, and an engine may fall over the good team's, too. */
  ask(moody: boolean): Violation | undefined {
    const outcome = this.decided();
    if ('property' in outcome) return outcome;
    const { questions } = outcome.decision;
    if (questions.size === 0) return undefined;
    const answers = [...questions].flatMap(([key, { request, askers }]): [string, GateAnswer][] => {
      // What the operator itself asks is about the shared key, or about what has been there before.
      const isOfOthers = !askers.has(GOOD) && !askers.has('');
      const fate = isOfOthers ? this.#fate(moody, key) : this.#kindFate(moody, askers.has(GOOD));
      return fate === 'never' ? [] : [[key, this.#engine.answer(key, request, fate, this.#random)]];
    });
    this.#cluster.answered(answers);
    return undefined;
  }

  #fate(moody: boolean, key: string): Fate {
    const fate = this.#engine.fate(key, this.#salt);
    return fate === 'late' && moody && this.#random.chance(0.7) ? 'never' : fate;
  }

  #kindFate(moody: boolean, isGood: boolean): Fate {
    if (moody && this.#random.chance(0.1)) return 'never';
    return moody && isGood && this.#random.chance(0.05) ? 'killed' : 'real';
  }
}
