import { resourceKey } from '../../../operator/api/names.ts';
import type { Decision } from '../../../operator/core/decide.ts';
import type { GateAnswer } from '../../../operator/core/model/engine-api.ts';
import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import type { StatusUpdate } from '../../../operator/core/status/status-update.ts';
import { afterRouteWrites, afterWrites } from '../../../operator/core/testing/fixtures.ts';
import type { AnyResource, Kind } from './resources.ts';

/** What a killed question is not asked again before. */
const KILLED_MS = 10 * 60_000;

const KINDS_OF: ReadonlyMap<string, Kind> = new Map([
  ['DingTalkRobot', 'robots'],
  ['NotificationTemplate', 'templates'],
  ['NotificationSubscription', 'subscriptions'],
]);

/** What the API server, the engine and the clocks have, as a snapshot shows it. */
export class Cluster {
  readonly #answers = new Map<string, GateAnswer>();
  #fields: Omit<Snapshot, 'answers'>;
  /** As it was handed out last, until something changes. */
  #taken: Snapshot | undefined;

  constructor(fields: Omit<Snapshot, 'answers'>) {
    this.#fields = fields;
  }

  /** As it is now: the same object until something changes. */
  get snapshot(): Snapshot {
    this.#taken ??= { ...this.#fields, answers: new Map(this.#answers) };
    return this.#taken;
  }

  set(fields: Partial<Omit<Snapshot, 'answers'>>): void {
    this.#fields = { ...this.#fields, ...fields };
    this.#taken = undefined;
  }

  of(kind: Kind): readonly AnyResource[] {
    return this.#fields[kind];
  }

  /** Creates a resource, or puts it in place of the one of its name. */
  put(resource: AnyResource): void {
    const kind = KINDS_OF.get(resource.kind) as Kind;
    const others = this.of(kind).filter((each) => resourceKey(each) !== resourceKey(resource));
    this.set({ [kind]: [...others, resource] });
  }

  /** The engine says something. */
  answered(answers: Iterable<readonly [string, GateAnswer]>): void {
    for (const [key, answer] of answers) {
      this.#answers.set(key, answer);
      this.#taken = undefined;
    }
  }

  /** Answers are lost. */
  forget(which: (answer: GateAnswer) => boolean): void {
    for (const [key, answer] of this.#answers) if (which(answer)) this.#answers.delete(key);
    this.#taken = undefined;
  }

  /** Both clocks move on. */
  pass(ms: number): void {
    const later = (time: Date) => new Date(time.getTime() + ms);
    this.set({ now: later(this.#fields.now), serverTime: later(this.#fields.serverTime) });
    if (ms >= KILLED_MS) this.forget((answer) => !answer.ok && answer.killed !== undefined);
  }

  /** What the operator writes to the target comes back, and its routes, which the relay loads at once. */
  written({ writes: { steps }, routes }: Pick<Decision, 'writes' | 'routes'>): void {
    const before = this.snapshot;
    if (steps.length > 0) this.set({ target: afterWrites(before, [...steps]) });
    if (routes.apply.length + routes.remove.length > 0)
      this.set({
        relay: afterRouteWrites(before.relay ?? { routes: new Map(), newCapability: 'c' }, routes),
      });
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
    const { robots, templates, subscriptions } = this.#fields;
    this.set({ robots: told(robots), templates: told(templates), subscriptions: told(subscriptions) });
  }
}

/** RFC 7386. */
function merged(before: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof before === 'object' && before !== null && !Array.isArray(before) ? before : {};
  const entries = new Map<string, unknown>(Object.entries(base));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) entries.delete(name);
    else entries.set(name, merged(entries.get(name), value));
  }
  return Object.fromEntries(entries);
}
