import { resourceKey } from '../../../operator/api/names.ts';
import { NOW } from '../../../operator/core/testing/fixtures.ts';
import type { Random } from '../random.ts';
import { Cluster } from './cluster.ts';
import { GOOD, type GoodTraits, goodTeam, goodTraits } from './good-team.ts';
import { Others } from './others.ts';
import type { AnyResource, Kind, ResourceMaker } from './resources.ts';
import { installation, namespaces, projects, target } from './surroundings.ts';

/** A cluster in which things happen, as a random number says. */
export class World {
  readonly #random: Random;
  readonly #traits: GoodTraits;
  readonly #isShared: boolean;
  readonly cluster: Cluster;
  readonly others: Others;
  #edits = 0;
  #rotations = 0;
  /** What befell it last, for whoever reads a finding. */
  readonly story: string[] = [];

  constructor(random: Random, maker: ResourceMaker) {
    this.#random = random;
    const { config, isShared } = installation(random);
    this.#isShared = isShared;
    this.#traits = goodTraits(random, config.tenancy.allowExpressions);
    const known = projects(random);
    this.cluster = new Cluster({
      now: NOW,
      serverTime: NOW,
      config,
      robots: [],
      templates: [],
      subscriptions: [],
      namespaces: namespaces(random),
      projects: known,
      credentials: new Map(),
      target: target(random, config, known),
      deliveries: new Map(),
    });
    this.others = new Others(random, maker, this.cluster);
    this.#placeGood(0, 0);
  }

  /** Whether the good team must be live before others come, and may not change then. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** Something happens. */
  step(): void {
    const random = this.#random;
    const events: Readonly<Record<string, () => void>> = {
      edit: () => this.others.edit(),
      'another edit': () => this.others.edit(),
      add: () => this.others.add(),
      delete: () => this.others.delete(),
      replace: () => this.others.replace(),
      'edit without a new generation': () => this.others.editSilently(),
      secret: () => this.others.changeSecret(),
      delivery: () => this.others.hear(),
      namespaces: () => this.cluster.set({ namespaces: namespaces(random) }),
      projects: () => this.cluster.set({ projects: projects(random) }),
      restart: () => this.cluster.forget(() => true),
      ...this.#time(),
      ...(!this.#isShared && {
        'good edit': () => this.#placeGood(++this.#edits, this.#rotations),
        rotation: () => this.#placeGood(this.#edits, ++this.#rotations),
      }),
    };
    const name = random.pick(Object.keys(events));
    this.story.push(name);
    events[name]?.();
    this.others.refreshSecrets();
  }

  #time(): Record<string, () => void> {
    const [seconds, minutes, hours] = [1_000, 60_000, 3_600_000];
    const spans = this.#random.pick([
      { '1 s': seconds, '21 min': 21 * minutes },
      { '1 min': minutes, '51 min': 51 * minutes },
      { '5 min': 5 * minutes, '2 h': 2 * hours },
    ]);
    return Object.fromEntries(Object.entries(spans).map(([name, ms]) => [name, () => this.cluster.pass(ms)]));
  }

  #placeGood(edits: number, rotations: number): void {
    const { robot, template, subscription, credentials } = goodTeam(this.#traits, edits, rotations);
    const withStatus = <T extends AnyResource>(kind: Kind, next: T): T => {
      const before = this.cluster.of(kind).find((each) => resourceKey(each) === resourceKey(next));
      return before?.status ? { ...next, status: before.status as T['status'] } : next;
    };
    this.cluster.put(withStatus('robots', robot));
    this.cluster.put(withStatus('templates', template));
    this.cluster.put(withStatus('subscriptions', subscription));
    const { name } = robot.spec.webhook.secretKeyRef;
    this.cluster.set({
      credentials: new Map([...this.cluster.snapshot.credentials, [`${GOOD}/${name}`, credentials]]),
    });
  }
}
