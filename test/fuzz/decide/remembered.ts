import { decide } from '../../../operator/core/decide.ts';
import type { GateAnswer } from '../../../operator/core/model/engine-api.ts';
import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import { type Circumstances, staleParts } from '../../../operator/core/testing/fresh.ts';
import { Random } from '../random.ts';
import type { SimulatedEngine } from './engine.ts';
import { Neighbours } from './neighbours.ts';
import { outcomeOf } from './outcome.ts';
import type { ResourceMaker } from './resources.ts';
import { Surprises } from './surprises.ts';
import { World } from './world.ts';

/** A template raises four questions one after the other. */
const MAX_ROUNDS = 6;

/** A decision that depends on what was decided before. */
export interface Stale {
  /** Each part of the decision, with and without memory. */
  readonly parts: ReturnType<typeof staleParts>;
  readonly snapshot: Snapshot;
  readonly story: readonly string[];
}

/**
 * One cluster in which small things happen, one after the other. After each of them, a decision with all that the core
 * remembers must be the decision without memory. Objects that do not change stay the same objects.
 */
export class RememberedWalk {
  readonly #random: Random;
  readonly #world: World;
  readonly #engine: SimulatedEngine;
  readonly #salt: number;
  /** Whether most of the resources are live at most times: much is remembered then. */
  readonly #isCalm: boolean;
  readonly #neighbours: Neighbours;
  readonly #surprises: Surprises;
  #circumstances: Circumstances = {};
  /** Decisions so far. */
  compared = 0;
  /** What has happened so far; what a change consists of is indented. */
  readonly story: string[] = [];

  constructor(seed: number, index: number, bench: { maker: ResourceMaker; engine: SimulatedEngine }) {
    this.#random = new Random(seed, index);
    this.#salt = this.#random.int(0, 1e9);
    this.#engine = bench.engine;
    this.#isCalm = this.#random.chance(0.6);
    this.#world = new World(this.#random, bench.maker);
    const { cluster } = this.#world;
    this.#neighbours = new Neighbours(this.#random, cluster, this.#isCalm);
    this.#surprises = new Surprises(this.#random, cluster, this.#isCalm);
  }

  /** @returns the first stale decision; undefined if there is none in that many steps */
  run(steps: number): Stale | undefined {
    this.#neighbours.populate();
    if (this.#random.chance(0.1)) this.#world.others.populate();
    if (this.#isCalm || this.#random.chance(0.5)) this.#settle();
    for (let step = 0; step < steps; step++) {
      if (this.#isCalm && step % 3 === 2) this.#settle();
      else this.#step();
      const { snapshot } = this.#world.cluster;
      const parts = staleParts(snapshot, this.#circumstances);
      this.compared++;
      if (Object.keys(parts).length > 0) return { parts, snapshot, story: this.story };
    }
    return undefined;
  }

  #step(): void {
    const { cluster } = this.#world;
    const edits = { edit: () => this.#neighbours.edit(), mark: () => this.#neighbours.mark() };
    const runs = {
      'the engine answers': () => this.#ask(1),
      'the engine answers all': () => this.#ask(MAX_ROUNDS),
      writes: () => this.#act(false),
      'writes and statuses': () => this.#act(true),
      'all is settled': () => this.#settle(),
    };
    const others = {
      'a second': () => cluster.pass(1_000),
      'two hours': () => cluster.pass(2 * 3_600_000),
      circumstances: () => {
        this.#circumstances = this.#random.chance(0.4) ? {} : this.#surprises.circumstances();
      },
      world: () => this.#world.step(),
    };
    const surprise = { surprise: () => void this.story.push(`  ${this.#surprises.step()}`) };
    const group: Readonly<Record<string, () => void>> = this.#random.pick<Record<string, () => void>>([
      ...[edits, edits, runs, runs, others],
      ...[surprise, surprise, surprise, surprise],
    ]);
    const name = this.#random.pick(Object.keys(group));
    this.story.push(name);
    group[name]?.();
  }

  /** So many rounds of questions; most of them are answered. */
  #ask(rounds: number): void {
    const { cluster } = this.#world;
    for (let round = 0; round < rounds; round++) {
      const { questions } = decide(cluster.snapshot);
      const answers = [...questions].flatMap(([key, { request }]): [string, GateAnswer][] => {
        const fate = this.#isCalm ? 'accepted' : this.#engine.fate(key, this.#salt);
        if (fate === 'never' || (fate === 'late' && this.#random.chance(0.7))) return [];
        const kind = fate === 'real' ? 'accepted' : fate;
        return [[key, this.#engine.answer(key, request, kind, this.#random)]];
      });
      if (answers.length === 0) return;
      cluster.answered(answers);
    }
  }

  /** The operator writes, and tells the statuses or not. */
  #act(tells: boolean): void {
    const { cluster } = this.#world;
    const { decision, updates } = outcomeOf(cluster.snapshot);
    cluster.written(decision);
    if (tells) cluster.told(updates);
  }

  #settle(): void {
    for (const tells of [false, true]) {
      this.#ask(MAX_ROUNDS);
      this.#act(tells);
    }
  }
}
