import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import { Random } from '../random.ts';
import type { SimulatedEngine } from './engine.ts';
import type { Meter } from './meter.ts';
import { violationOf } from './properties.ts';
import type { ResourceMaker } from './resources.ts';
import { SimulatedOperator } from './simulated-operator.ts';
import type { Violation } from './violation.ts';
import { World } from './world.ts';
import type { Assault } from './worst.ts';

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
  readonly #operator: SimulatedOperator;
  readonly #assault: Assault | undefined;

  /** @param assault what is done to a namespace in this case; by default, what the seed says */
  constructor(seed: number, index: number, bench: Bench, assault?: Assault) {
    this.#bench = bench;
    this.#random = new Random(seed, index);
    const salt = this.#random.int(0, 1e9);
    this.#assault =
      assault ?? (this.#random.chance(ASSAULTS) ? this.#random.pick(bench.assaults) : undefined);
    this.#world = new World(this.#random, bench.maker);
    this.#operator = new SimulatedOperator(this.#world.cluster, bench, this.#random, salt);
  }

  /** What does not hold, if anything does not. */
  run(): Found | undefined {
    if (this.#world.isShared || this.#random.chance(0.7)) {
      const found = this.#settle('good team alone');
      if (found) return found;
    }
    if (this.#assault) return this.#suffer(this.#assault);
    this.#world.others.populate();
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
      this.#world.others.replaceAll(step);
      const found = this.#turn();
      if (found) return found;
    }
    return this.#settle('settle');
  }

  /** A run of the operator: decide with the answers that there are, then write and tell, or fail to. */
  #turn(): Found | undefined {
    for (let rounds = this.#random.int(0, 3); rounds > 0; rounds--) {
      const violation = this.#operator.ask(true);
      if (violation) return this.#found(violation);
    }
    const found = this.#judge();
    if (found) return found;
    this.#operator.act(this.#random.chance(0.85), this.#random.chance(0.85));
    return undefined;
  }

  /** Everything is answered, written and told; then nothing more may be. */
  #settle(story: string): Found | undefined {
    this.#world.story.push(story);
    const violation = this.#operator.askAll();
    const found = violation ? this.#found(violation) : this.#judge();
    if (found) return found;
    for (let round = 0; round < MAX_WRITES; round++) {
      this.#operator.act(true, round > 0);
      const problem = this.#operator.askAll();
      if (problem) return this.#found(problem);
    }
    const last = this.#operator.decided();
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
    const outcome = this.#operator.decided();
    const violation = violationOf(snapshot, outcome, this.#random.chance(0.3));
    return violation && this.#found(violation);
  }

  /** Where it stands. */
  get scene(): Pick<Found, 'snapshot' | 'story'> {
    return { snapshot: this.#world.cluster.snapshot, story: this.#world.story };
  }

  #found(violation: Violation): Found {
    return { ...violation, ...this.scene };
  }
}
