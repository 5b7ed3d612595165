import type { GateAnswer } from '../../../operator/core/model/engine-api.ts';
import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import { Random } from '../random.ts';
import type { Fate, SimulatedEngine } from './engine.ts';
import { GOOD } from './good-team.ts';
import type { Meter } from './meter.ts';
import type { Outcome } from './outcome.ts';
import { violationOf } from './properties.ts';
import type { ResourceMaker } from './resources.ts';
import type { Violation } from './violation.ts';
import { World } from './world.ts';
import type { Assault } from './worst.ts';

/** A template raises four questions one after the other; with one of its subscriptions, some more. */
const MAX_ROUNDS = 20;
/** An annotation is written before the entry that it replaces goes. */
const MAX_WRITES = 4;

/** The share of cases in which somebody does the worst that is known. */
const ASSAULTS = 0.03;

/** What does not hold, and for what. */
export interface Found extends Violation {
  readonly snapshot: Snapshot;
  /** What happened in the world before. */
  readonly story: readonly string[];
}

/** What all cases have in common. */
export interface Bench {
  readonly maker: ResourceMaker;
  readonly engine: SimulatedEngine;
  readonly meter: Meter;
  readonly assaults: readonly Assault[];
  /** Told of each decision that was looked at. */
  readonly onDecision: () => void;
}

/** One case: a world, and what happens in it step by step. Follows from seed and index alone, but for time. */
export class Walk {
  readonly #bench: Bench;
  readonly #random: Random;
  readonly #world: World;
  readonly #salt: number;
  readonly #assault: Assault | undefined;
  #last: { readonly snapshot: Snapshot; readonly outcome: Outcome | Violation } | undefined;

  /** @param assault what is done to a namespace in this case; by default, what the seed says */
  constructor(seed: number, index: number, bench: Bench, assault?: Assault) {
    this.#bench = bench;
    this.#random = new Random(seed, index);
    this.#salt = this.#random.int(0, 1e9);
    this.#assault =
      assault ?? (this.#random.chance(ASSAULTS) ? this.#random.pick(bench.assaults) : undefined);
    this.#world = new World(this.#random, bench.maker);
  }

  /** What does not hold, if anything does not. */
  run(): Found | undefined {
    if (this.#world.isShared || this.#random.chance(0.7)) {
      const found = this.#settle('good team alone');
      if (found) return found;
    }
    if (this.#assault) return this.#suffer(this.#assault);
    this.#world.populate();
    for (let left = this.#random.pick([1, 3, 6, 12]); left > 0; left--) {
      const found = this.#turn();
      if (found) return found;
      this.#world.step();
    }
    return this.#settle('settle');
  }

  #suffer({ name, steps }: Assault): Found | undefined {
    this.#world.story.push(name);
    for (const step of steps) {
      this.#world.replaceOthers(step);
      const found = this.#turn();
      if (found) return found;
    }
    return this.#settle('settle');
  }

  /** A run of the operator: decide with the answers that there are, then write and tell, or fail to. */
  #turn(): Found | undefined {
    for (let rounds = this.#random.int(0, 3); rounds > 0; rounds--) {
      const found = this.#ask(true);
      if (found) return found;
    }
    const found = this.#judge();
    if (found) return found;
    this.#act(this.#random.chance(0.85), this.#random.chance(0.85));
    return undefined;
  }

  /** Everything is answered, written and told; then nothing more may be. */
  #settle(story: string): Found | undefined {
    this.#world.story.push(story);
    const found = this.#askAll() ?? this.#judge();
    if (found) return found;
    for (let round = 0; round < MAX_WRITES; round++) {
      this.#act(true, round > 0);
      const problem = this.#askAll();
      if (problem) return problem;
    }
    const last = this.#decided();
    if ('property' in last) return this.#found(last);
    const { decision, updates } = last;
    if (decision.writes.steps.length === 0 && updates.length === 0) return undefined;
    const again = [
      ...decision.writes.steps,
      ...updates.map(({ cr, patch }) => [cr.kind, cr.metadata.name, patch]),
    ];
    return this.#found({
      property: 'unsettled',
      words: again.map((each) => JSON.stringify(each).slice(0, 1_500)).join('\n'),
    });
  }

  #judge(): Found | undefined {
    const { snapshot } = this.#world.cluster;
    this.#bench.onDecision();
    const outcome = this.#decided();
    const violation = violationOf(snapshot, outcome, this.#random.chance(0.3));
    return violation && this.#found(violation);
  }

  /** What follows from the world as it is; the same again until something happens. */
  #decided(): Outcome | Violation {
    const { snapshot } = this.#world.cluster;
    if (this.#last?.snapshot === snapshot) return this.#last.outcome;
    const { outcome, slow } = this.#bench.meter.timed(snapshot);
    this.#last = { snapshot, outcome: slow ?? outcome };
    return this.#last.outcome;
  }

  /** Where it stands. */
  get scene(): Pick<Found, 'snapshot' | 'story'> {
    return { snapshot: this.#world.cluster.snapshot, story: this.#world.story };
  }

  #found(violation: Violation): Found {
    return { ...violation, ...this.scene };
  }

  #act(writes: boolean, tells: boolean): void {
    const outcome = this.#decided();
    if ('property' in outcome) return; // It is found when it is judged.
    if (writes) this.#world.cluster.written(outcome.decision.writes.steps);
    if (tells) this.#world.cluster.told(outcome.updates);
  }

  /** Until there is nothing more to be asked that is ever answered. */
  #askAll(): Found | undefined {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const before = this.#world.cluster.snapshot;
      const found = this.#ask(false);
      if (found || this.#world.cluster.snapshot === before) return found;
    }
    return this.#found({
      property: 'unsettled',
      words: `there are new questions after ${MAX_ROUNDS} rounds`,
    });
  }

  /** One round of questions; with `moody`, some answers take longer, and an engine may fall over the good team's, too. */
  #ask(moody: boolean): Found | undefined {
    const outcome = this.#decided();
    if ('property' in outcome) return this.#found(outcome);
    const { questions } = outcome.decision;
    if (questions.size === 0) return undefined;
    const answers = [...questions].flatMap(([key, { request, askers }]): [string, GateAnswer][] => {
      // What the operator itself asks is about the shared key, or about what has been there before.
      const isOfOthers = !askers.has(GOOD) && !askers.has('');
      const fate = isOfOthers ? this.#fate(moody, key) : this.#kindFate(moody, askers.has(GOOD));
      return fate === 'never' ? [] : [[key, this.#bench.engine.answer(key, request, fate, this.#random)]];
    });
    this.#world.cluster.answered(answers);
    return undefined;
  }

  #fate(moody: boolean, key: string): Fate {
    const fate = this.#bench.engine.fate(key, this.#salt);
    return fate === 'late' && moody && this.#random.chance(0.7) ? 'never' : fate;
  }

  #kindFate(moody: boolean, isGood: boolean): Fate {
    if (moody && this.#random.chance(0.1)) return 'never';
    return moody && isGood && this.#random.chance(0.05) ? 'killed' : 'real';
  }
}
