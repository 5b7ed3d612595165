import type {
  DingTalkRobot,
  NotificationSubscription,
  NotificationTemplate,
} from '../../../operator/api/kinds.ts';
import type { GateAnswer } from '../../../operator/core/gate/engine-api.ts';
import type { Write } from '../../../operator/core/merge/writes.ts';
import { resourceKey } from '../../../operator/core/names.ts';
import type { Snapshot } from '../../../operator/core/snapshot.ts';
import type { StatusUpdate } from '../../../operator/core/status/statuses.ts';
import { afterWrites, NOW } from '../../../operator/core/testing/fixtures.ts';
import type { StoredResources } from '../../support/stored.ts';
import type { Random } from '../random.ts';
import { GOOD, type GoodTraits, goodTeam, goodTraits } from './good-team.ts';
import { type AnyResource, type Kind, newUid, RESOURCE_KINDS, type ResourceMaker } from './resources.ts';
import type { Manner } from './schema-values.ts';
import { installation, namespaces, projects, secret, secrets, target } from './surroundings.ts';
import { NAMESPACES } from './texts.ts';

/** What a killed question is not asked again before. */
const KILLED_MS = 10 * 60_000;

/** A cluster as the operator sees it, which changes while nobody looks. */
export class World {
  readonly #random: Random;
  readonly #maker: ResourceMaker;
  readonly #traits: GoodTraits;
  readonly #isShared: boolean;
  readonly #answers = new Map<string, GateAnswer>();
  #snapshot: Snapshot;
  /** As it was handed out last, until something happens. */
  #taken: Snapshot | undefined;
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
    this.#snapshot = {
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
      answers: this.#answers,
    };
    this.#placeGood(0, 0);
  }

  /** As it is now: the same object until something happens. */
  get snapshot(): Snapshot {
    this.#taken ??= { ...this.#snapshot, answers: new Map(this.#answers) };
    return this.#taken;
  }

  /** The engine says something. */
  answered(answers: Iterable<readonly [string, GateAnswer]>): void {
    for (const [key, answer] of answers) {
      this.#answers.set(key, answer);
      this.#taken = undefined;
    }
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
    for (let count = random.int(2, 14); count > 0; count--) this.#add(this.#make());
    for (let count = 0; count < crowd; count++) {
      const made = this.#make([where]);
      this.#add({ ...made, metadata: { ...made.metadata, name: `crowd-${count}` } } as AnyResource);
    }
    this.#refreshSecrets();
  }

  /** Somebody puts resources in place of all others. */
  replaceOthers({ robots, templates, subscriptions, credentials }: StoredResources): void {
    const own = <T extends AnyResource>(resources: readonly T[]) =>
      resources.filter(({ metadata }) => metadata.namespace === GOOD);
    const known = [...this.#snapshot.credentials].filter(([name]) => name.startsWith(`${GOOD}/`));
    this.#set({
      robots: [...own(this.#snapshot.robots), ...robots],
      templates: [...own(this.#snapshot.templates), ...templates],
      subscriptions: [...own(this.#snapshot.subscriptions), ...subscriptions],
      credentials: new Map([...known, ...credentials]),
    });
  }

  /** Something happens. */
  step(): void {
    const random = this.#random;
    const events: Readonly<Record<string, () => void>> = {
      edit: () => this.#change((resource) => this.#edited(resource)),
      'another edit': () => this.#change((resource) => this.#edited(resource)),
      add: () => this.#add(this.#make()),
      delete: () => this.#change(() => undefined),
      replace: () => this.#change((resource) => this.#replaced(resource)),
      'edit without a new generation': () =>
        this.#change((resource) => this.#maker.edited(resource, random, 'wild')),
      secret: () => this.#changeSecret(),
      namespaces: () => this.#set({ namespaces: namespaces(random) }),
      projects: () => this.#set({ projects: projects(random) }),
      restart: () => this.#forget(() => true),
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
    return Object.fromEntries(Object.entries(spans).map(([name, ms]) => [name, () => this.#pass(ms)]));
  }

  /** What the operator writes to the target comes back. */
  written(steps: readonly Write[]): void {
    if (steps.length === 0) return;
    this.#set({ target: afterWrites(this.#snapshot, [...steps]) });
  }

  /** What the operator tells comes back. */
  told(updates: readonly StatusUpdate[]): void {
    if (updates.length === 0) return;
    const patches = new Map(updates.map(({ cr, patch }) => [cr as AnyResource, patch]));
    const told = <T extends AnyResource>(resources: readonly T[]): T[] =>
      resources.map((resource) => {
        const patch = patches.get(resource);
        return patch ? { ...resource, status: merged(resource.status, patch) as T['status'] } : resource;
      });
    const { robots, templates, subscriptions } = this.#snapshot;
    this.#set({ robots: told(robots), templates: told(templates), subscriptions: told(subscriptions) });
  }

  #set(fields: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...fields };
    this.#taken = undefined;
  }

  #pass(ms: number): void {
    const later = (time: Date) => new Date(time.getTime() + ms);
    this.#set({ now: later(this.#snapshot.now), serverTime: later(this.#snapshot.serverTime) });
    if (ms >= KILLED_MS) this.#forget((answer) => !answer.ok && answer.killed !== undefined);
  }

  #forget(which: (answer: GateAnswer) => boolean): void {
    for (const [key, answer] of this.#answers) if (which(answer)) this.#answers.delete(key);
    this.#taken = undefined;
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
    const others = this.#of(kind).filter(({ metadata }) => metadata.namespace !== GOOD);
    if (others.length === 0) return;
    const chosen = this.#random.pick(others);
    const changed = change(chosen);
    this.#set({ [kind]: this.#of(kind).flatMap((each) => (each === chosen ? (changed ?? []) : each)) });
  }

  #of(kind: Kind): readonly AnyResource[] {
    return this.#snapshot[kind];
  }

  #add(resource: AnyResource): void {
    const kind = kindOf(resource);
    const others = this.#of(kind).filter((each) => resourceKey(each) !== resourceKey(resource));
    this.#set({ [kind]: [...others, resource] });
  }

  #changeSecret(): void {
    const others = [...this.#snapshot.credentials.keys()].filter((name) => !name.startsWith(`${GOOD}/`));
    if (others.length === 0) return;
    this.#set({
      credentials: new Map([
        ...this.#snapshot.credentials,
        [this.#random.pick(others), secret(this.#random)],
      ]),
    });
  }

  #refreshSecrets(): void {
    const { robots, credentials } = this.#snapshot;
    this.#set({ credentials: secrets(robots, credentials, this.#random) });
  }

  #placeGood(edits: number, rotations: number): void {
    const { robot, template, subscription, credentials } = goodTeam(this.#traits, edits, rotations);
    const withStatus = <T extends AnyResource>(kind: Kind, next: T): T => {
      const before = this.#of(kind).find((each) => resourceKey(each) === resourceKey(next));
      return before?.status ? { ...next, status: before.status as T['status'] } : next;
    };
    this.#add(withStatus('robots', robot));
    this.#add(withStatus('templates', template));
    this.#add(withStatus('subscriptions', subscription));
    const { name } = robot.spec.webhook.secretKeyRef;
    this.#set({ credentials: new Map([...this.#snapshot.credentials, [`${GOOD}/${name}`, credentials]]) });
  }
}

const KIND_OF = {
  DingTalkRobot: 'robots',
  NotificationTemplate: 'templates',
  NotificationSubscription: 'subscriptions',
};

/** The list that a resource is in. */
export const kindOf = ({ kind }: AnyResource): Kind => KIND_OF[kind as keyof typeof KIND_OF] as Kind;

type Status = (DingTalkRobot | NotificationTemplate | NotificationSubscription)['status'];

/** RFC 7386. */
function merged(before: Status | unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof before === 'object' && before !== null && !Array.isArray(before) ? before : {};
  const entries = new Map<string, unknown>(Object.entries(base));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) entries.delete(name);
    else entries.set(name, merged(entries.get(name), value));
  }
  return Object.fromEntries(entries);
}
