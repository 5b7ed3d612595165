import { DELIVERY_REASONS } from '../../../operator/dingtalk/explanations.ts';
import type { DeliveryOutcome } from '../../../operator/dingtalk/outcome.ts';
import type { StoredResources } from '../../support/stored.ts';
import type { Random } from '../random.ts';
import type { Cluster } from './cluster.ts';
import { GOOD } from './good-team.ts';
import { ordinaryTeam } from './ordinary-team.ts';
import { type AnyResource, newUid, RESOURCE_KINDS, type ResourceMaker } from './resources.ts';
import type { Manner } from './schema-values.ts';
import { secret, secrets } from './secrets.ts';
import { NAMESPACES, nastyText } from './texts.ts';
import { decided } from './violation.ts';

/** Everybody in a cluster but the good team, and what they do. */
export class Others {
  readonly #random: Random;
  readonly #maker: ResourceMaker;
  readonly #cluster: Cluster;

  constructor(random: Random, maker: ResourceMaker, cluster: Cluster) {
    this.#random = random;
    this.#maker = maker;
    this.#cluster = cluster;
  }

  /** Adds resources of others; a few, or now and then hundreds in one namespace. */
  populate(): void {
    const random = this.#random;
    const crowd = random.chance(0.03) ? random.int(100, 400) : 0;
    const where = random.pick(NAMESPACES);
    for (let count = random.int(2, 14); count > 0; count--) this.#cluster.put(this.#make());
    for (let count = random.int(0, 3); count > 0; count--) {
      const { resources, secret: own } = ordinaryTeam(random.pick(NAMESPACES), random);
      for (const each of resources) this.#cluster.put(each);
      this.#cluster.set({ credentials: new Map([...this.#cluster.snapshot.credentials, own]) });
    }
    for (let count = 0; count < crowd; count++) {
      const made = this.#make([where]);
      this.#cluster.put({ ...made, metadata: { ...made.metadata, name: `crowd-${count}` } } as AnyResource);
    }
    this.refreshSecrets();
  }

  /** Somebody puts resources in place of all of theirs. */
  replaceAll({ robots, templates, subscriptions, credentials }: StoredResources): void {
    const own = <T extends AnyResource>(resources: readonly T[]) =>
      resources.filter(({ metadata }) => metadata.namespace === GOOD);
    const known = [...this.#cluster.snapshot.credentials].filter(([name]) => name.startsWith(`${GOOD}/`));
    this.#cluster.set({
      robots: [...own(this.#cluster.snapshot.robots), ...robots],
      templates: [...own(this.#cluster.snapshot.templates), ...templates],
      subscriptions: [...own(this.#cluster.snapshot.subscriptions), ...subscriptions],
      credentials: new Map([...known, ...credentials]),
    });
  }

  /** Somebody adds a resource. */
  add(): void {
    this.#cluster.put(this.#make());
  }

  /** Somebody edits a resource. */
  edit(): void {
    this.#change((resource) => this.#edited(resource));
  }

  /** Something changes a resource without a new generation, as no API server does. */
  editSilently(): void {
    this.#change((resource) => this.#maker.edited(resource, this.#random, 'wild'));
  }

  /** Somebody deletes a resource. */
  delete(): void {
    this.#change(() => undefined);
  }

  /** Somebody deletes a resource and makes another one of its name. */
  replace(): void {
    this.#change((resource) => this.#replaced(resource));
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
    const others = this.#cluster.of(kind).filter(({ metadata }) => metadata.namespace !== GOOD);
    if (others.length === 0) return;
    const chosen = this.#random.pick(others);
    const changed = change(chosen);
    this.#cluster.set({
      [kind]: this.#cluster.of(kind).flatMap((each) => (each === chosen ? (changed ?? []) : each)),
    });
  }

  /** DingTalk says something to a test message of somebody else's. */
  hear(): void {
    const random = this.#random;
    const { snapshot } = this.#cluster;
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
    this.#cluster.set({ deliveries: new Map([...snapshot.deliveries, [robot, memory]]) });
  }

  /** Somebody changes a Secret. */
  changeSecret(): void {
    const others = [...this.#cluster.snapshot.credentials.keys()].filter(
      (name) => !name.startsWith(`${GOOD}/`),
    );
    if (others.length === 0) return;
    this.#cluster.set({
      credentials: new Map([
        ...this.#cluster.snapshot.credentials,
        [this.#random.pick(others), secret(this.#random)],
      ]),
    });
  }

  /** Gives a Secret to robots that have none yet. */
  refreshSecrets(): void {
    const { robots, credentials } = this.#cluster.snapshot;
    this.#cluster.set({ credentials: secrets(robots, credentials, this.#random) });
  }
}
