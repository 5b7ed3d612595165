import { resourceKey } from '../../../operator/api/names.ts';
import { NOW } from '../../../operator/core/testing/fixtures.ts';
import { DELIVERY_REASONS } from '../../../operator/dingtalk/explanations.ts';
import type { DeliveryOutcome } from '../../../operator/dingtalk/outcome.ts';
import type { StoredResources } from '../../support/stored.ts';
import type { Random } from '../random.ts';
import { Cluster } from './cluster.ts';
import { GOOD, type GoodTraits, goodTeam, goodTraits } from './good-team.ts';
import { ordinaryTeam } from './ordinary-team.ts';
import { type AnyResource, type Kind, newUid, RESOURCE_KINDS, type ResourceMaker } from './resources.ts';
import type { Manner } from './schema-values.ts';
import { secret, secrets } from './secrets.ts';
import { installation, namespaces, projects, target } from './surroundings.ts';
import { NAMESPACES, nastyText } from './texts.ts';
import { decided } from './violation.ts';

/** A cluster in which things happen, as a random number says. */
export class World {
  readonly #random: Random;
  readonly #maker: ResourceMaker;
  readonly #traits: GoodTraits;
  readonly #isShared: boolean;
  readonly cluster: Cluster;
  #edits = 0;
  #rotations = 0;
  /** What befell it last, for whoever reads a finding. */
  readonly story: string[] = [];

  constructor(random: Random, maker: ResourceMaker) {
    this.#random = random;
    this.#maker = maker;
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
    this.#placeGood(0, 0);
  }

  /** Whether the good team must be live before others come, and may not change then. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** Adds resources of others; a few, or now and then hundreds in one namespace. */
  populate(): void {
    const random = this.#random;
    const crowd = random.chance(0.03) ? random.int(100, 400) : 0;
    const where = random.pick(NAMESPACES);
    for (let count = random.int(2, 14); count > 0; count--) this.cluster.put(this.#make());
    for (let count = random.int(0, 3); count > 0; count--) {
      const { resources, secret: own } = ordinaryTeam(random.pick(NAMESPACES), random);
      for (const each of resources) this.cluster.put(each);
      this.cluster.set({ credentials: new Map([...this.cluster.snapshot.credentials, own]) });
    }
    for (let count = 0; count < crowd; count++) {
      const made = this.#make([where]);
      this.cluster.put({ ...made, metadata: { ...made.metadata, name: `crowd-${count}` } } as AnyResource);
    }
    this.#refreshSecrets();
  }

  /** Somebody puts resources in place of all others. */
  replaceOthers({ robots, templates, subscriptions, credentials }: StoredResources): void {
    const own = <T extends AnyResource>(resources: readonly T[]) =>
      resources.filter(({ metadata }) => metadata.namespace === GOOD);
    const known = [...this.cluster.snapshot.credentials].filter(([name]) => name.startsWith(`${GOOD}/`));
    this.cluster.set({
      robots: [...own(this.cluster.snapshot.robots), ...robots],
      templates: [...own(this.cluster.snapshot.templates), ...templates],
      subscriptions: [...own(this.cluster.snapshot.subscriptions), ...subscriptions],
      credentials: new Map([...known, ...credentials]),
    });
  }

  /** Something happens. */
  step(): void {
    const random = this.#random;
    const events: Readonly<Record<string, () => void>> = {
      edit: () => this.#change((resource) => this.#edited(resource)),
      'another edit': () => this.#change((resource) => this.#edited(resource)),
      add: () => this.cluster.put(this.#make()),
      delete: () => this.#change(() => undefined),
      replace: () => this.#change((resource) => this.#replaced(resource)),
      'edit without a new generation': () =>
        this.#change((resource) => this.#maker.edited(resource, random, 'wild')),
      secret: () => this.#changeSecret(),
      delivery: () => this.#hear(),
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
    this.#refreshSecrets();
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

  #manner(): Manner {
    return this.#random.chance(0.5) ? 'tame' : 'wild';
  }

  #make(where?: readonly string[]): AnyResource {
    return this.#maker.make(this.#random.pick(RESOURCE_KINDS), this.#random, this.#manner(), where);
  }

  #edited(resource: AnyResource): AnyResource {
    const edited = this.#maker.edited(resource, this.#random, this.#manner());
    return {
      ...edited,
      metadata: { ...edited.metadata, generation: edited.metadata.generation + 1 },
    } as AnyResource;
  }

  /** Deleted, and made again under the same name. */
  #replaced(resource: AnyResource): AnyResource {
    const { status: _, ...rest } = this.#edited(resource);
    return {
      ...rest,
      metadata: { ...rest.metadata, uid: newUid(this.#random), generation: 1 },
    } as AnyResource;
  }

  /** Changes one resource of others, or deletes it. */
  #change(change: (resource: AnyResource) => AnyResource | undefined): void {
    const kind = this.#random.pick(RESOURCE_KINDS);
    const others = this.cluster.of(kind).filter(({ metadata }) => metadata.namespace !== GOOD);
    if (others.length === 0) return;
    const chosen = this.#random.pick(others);
    const changed = change(chosen);
    this.cluster.set({
      [kind]: this.cluster.of(kind).flatMap((each) => (each === chosen ? (changed ?? []) : each)),
    });
  }

  /** DingTalk says something to a test message of somebody else's. */
  #hear(): void {
    const random = this.#random;
    const { snapshot } = this.cluster;
    const decision = decided(snapshot);
    const checks = 'property' in decision ? [] : decision.checks;
    const others = checks.filter(({ robot }) => !robot.startsWith(`${GOOD}/`));
    if (others.length === 0) return;
    const { robot, fingerprint } = random.pick(others);
    const outcome: DeliveryOutcome = {
      reason: random.pick(DELIVERY_REASONS),
      class: random.pick(['ok', 'retry', 'final']),
      ...(random.chance(0.5) && { errcode: random.pick([0, 310_000, -1]), words: nastyText(random) }),
    };
    const observation = { fingerprint: random.pick(['', fingerprint]), outcome, checkedAt: snapshot.now };
    const memory = { requested: random.pick(['', 'x']), ...(random.chance(0.9) && { observation }) };
    this.cluster.set({ deliveries: new Map([...snapshot.deliveries, [robot, memory]]) });
  }

  #changeSecret(): void {
    const others = [...this.cluster.snapshot.credentials.keys()].filter(
      (name) => !name.startsWith(`${GOOD}/`),
    );
    if (others.length === 0) return;
    this.cluster.set({
      credentials: new Map([
        ...this.cluster.snapshot.credentials,
        [this.#random.pick(others), secret(this.#random)],
      ]),
    });
  }

  #refreshSecrets(): void {
    const { robots, credentials } = this.cluster.snapshot;
    this.cluster.set({ credentials: secrets(robots, credentials, this.#random) });
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
