import type { LiveState } from '../core/model/live.ts';
import type { LiveObject, Target } from '../core/model/snapshot.ts';
import { conflictingManager, ownTime } from '../core/others/conflicting-manager.ts';
import {
  afterLoss,
  alsoLost,
  CALM,
  endsAt,
  isOver,
  mayWriteAt,
  type WriteConflict,
} from '../core/others/write-conflict.ts';
import type { ContestedKeys } from '../core/status/observed-state.ts';
import {
  afterStep,
  isEntryKey,
  lostKeys,
  type OurPart,
  type OurParts,
  ourParts,
} from '../core/writes/our-part.ts';
import type { KeyNames } from '../core/writes/told-keys.ts';
import type { TargetWrite, Write } from '../core/writes/writes.ts';
import { ObjectMemo } from '../lib/memo.ts';

type Kind = ContestedKeys['object'];
const KINDS: readonly Kind[] = ['ConfigMap', 'Secret'];

/** The writes that are allowed now, and when to come again for the rest. */
export interface Admission {
  readonly steps: readonly Write[];
  /** By the guard's clock; absent if nothing has to wait. */
  readonly againAt?: number;
  /**
   * Whether it only waits for its turn, which takes some seconds at most, and not for another writer that fights the
   * operator.
   */
  readonly isPaced: boolean;
}

/**
 * Decides between the decision and the writes which writes are allowed now. Argo CD's controller rebuilds its
 * configuration on every write. So the next write waits a little, and includes the changes that come meanwhile. If
 * another writer removes the operator's keys from an object again and again, writes to that object come at growing
 * intervals. Other objects are not affected.
 */
export class TargetGuard {
  readonly #intervalMs: number;
  readonly #clock: () => number;
  readonly #onLoss: (object: Kind, keys: readonly string[], who: string) => void;
  readonly #contests: Record<Kind, WriteConflict> = { ConfigMap: CALM, Secret: CALM };
  /** The operator's keys that were there at the last check. */
  #left: OurParts | undefined;
  /** Keys that an earlier leader has left, until the first write replaces them. */
  readonly #told: Record<Kind, ReadonlySet<string>>;
  /** All keys that the operator has left, whether or not they are still there. */
  #written: OurParts | undefined;
  readonly #seen: Partial<Record<Kind, Seen>> = {};
  /** Where keys were lost that the operator has not put back yet. */
  readonly #unanswered = new Set<Kind>();
  #lastWriteAt = Number.NEGATIVE_INFINITY;
  /** When the steps of the last decision may be written, if they had to wait for their turn. */
  #turnAt = Number.NEGATIVE_INFINITY;

  constructor(options: {
    /** From the end of one round of writes to the next, in milliseconds. */
    readonly intervalMs: number;
    /** The keys that an earlier leader has left. */
    readonly told?: KeyNames;
    /** In milliseconds, only ever forward: a wall clock that is set back would delay all writes. */
    readonly clock: () => number;
    /** Called each time that keys of the operator are found changed or gone. */
    readonly onLoss: (object: Kind, keys: readonly string[], who: string) => void;
  }) {
    this.#intervalMs = options.intervalMs;
    this.#clock = options.clock;
    this.#told = options.told ? { ...options.told } : { ConfigMap: new Set(), Secret: new Set() };
    this.#onLoss = options.onLoss;
  }

  /**
   * Checks whether another writer has removed the operator's keys since the last check or write. The caller calls it
   * before writing.
   */
  observe(target: Target, live: LiveState): void {
    this.#left ??= ourParts(live, target);
    this.#written ??= this.#left;
    this.#look('ConfigMap', target.configMap);
    this.#look('Secret', target.secret);
  }

  /**
   * Which steps may be done now.
   * @param hasRoutes whether RelayRoutes are to be written, too: they wait for the same turn
   */
  admit(steps: readonly Write[], hasRoutes = false): Admission {
    this.#turnAt = Number.NEGATIVE_INFINITY;
    if (steps.length === 0 && !hasRoutes) return { steps, isPaced: false };
    const now = this.#clock();
    const nextTurn = this.#lastWriteAt + this.#intervalMs;
    this.#turnAt = nextTurn;
    if (nextTurn > now) return { steps: [], againAt: nextTurn, isPaced: true };
    const freeAt = (step: Write): number =>
      step.kind === 'project' ? now : mayWriteAt(this.#contests[objectOf(step)]);
    const held = steps.filter((step) => freeAt(step) > now);
    if (held.length === 0) return { steps, isPaced: false };
    const againAt = Math.min(...held.map(freeAt));
    return { steps: steps.filter((step) => freeAt(step) <= now), againAt, isPaced: false };
  }

  /** For how many milliseconds no step may be done, since the last round of writes was a moment ago. */
  pauseMs(): number {
    return Math.max(0, this.#lastWriteAt + this.#intervalMs - this.#clock());
  }

  /** In how many milliseconds the steps that wait have their turn; 0 if none wait. */
  turnInMs(): number {
    return Math.max(0, this.#turnAt - this.#clock());
  }

  /** The caller calls it after each step, with the object as the API server returned it. */
  wrote(step: TargetWrite, object: LiveObject): void {
    if (this.#left) this.#left = afterStep(this.#left, step);
    if (this.#written) this.#written = afterStep(this.#written, step);
    if (step.kind === 'apply') this.#told[step.object] = new Set();
    this.#unanswered.delete(objectOf(step));
    this.#remember(objectOf(step), object);
  }

  /** The keys that the last writes have left; entries of the shared key are not among them. The same sets until they change. */
  leftBehind(): KeyNames {
    const keys = (kind: Kind) => keysOf(this.#written?.[kind] ?? NO_PART, this.#told[kind]);
    return { ConfigMap: keys('ConfigMap'), Secret: keys('Secret') };
  }

  /** The caller calls it at the end of a round of writes: the next round has to wait. */
  roundEnded(): void {
    this.#lastWriteAt = this.#clock();
  }

  /** The writers that fight the operator now. */
  contests(): { readonly object: Kind; readonly contest: WriteConflict }[] {
    const now = this.#clock();
    return KINDS.flatMap((object) => {
      const contest = this.#contests[object];
      return contest.level > 0 && !isOver(contest, now) ? [{ object, contest }] : [];
    });
  }

  /**
   * When to come again: for the steps that were not admitted, and for the moment when a fight counts as over, which
   * has to be reported.
   * @param now by the wall clock
   */
  nextAt({ againAt }: Admission, now: Date): Date | undefined {
    const times = [
      ...(againAt === undefined ? [] : [againAt]),
      ...this.contests().map(({ contest }) => endsAt(contest)),
    ];
    if (times.length === 0) return undefined;
    return new Date(now.getTime() + Math.ceil(Math.max(0, Math.min(...times) - this.#clock())));
  }

  #look(kind: Kind, object: LiveObject | undefined): void {
    const part = this.#left?.[kind];
    const seen = this.#seen[kind];
    if (!part || !this.#left || (seen && seen.resourceVersion === object?.resourceVersion)) return;
    const lost = lostKeys(part, object);
    if (lost.length > 0) {
      const by = conflictingManager(object, lost, seen ?? { uid: '', ownTime: '' });
      const contest = this.#contests[kind];
      this.#contests[kind] = this.#unanswered.has(kind)
        ? alsoLost(contest, lost)
        : afterLoss(contest, { at: this.#clock(), keys: lost, by });
      this.#unanswered.add(kind);
      const gone = new Set(lost);
      this.#left = { ...this.#left, [kind]: new Map([...part].filter(([key]) => !gone.has(key))) };
      this.#onLoss(kind, lost, by.who);
    }
    if (object) this.#remember(kind, object);
  }

  #remember(kind: Kind, object: LiveObject): void {
    const { uid, resourceVersion } = object;
    this.#seen[kind] = { uid, resourceVersion, ownTime: ownTime(object) };
  }
}

const NO_PART: OurPart = new Map();
const keySets = new ObjectMemo<OurPart, ReadonlySet<string>>();
const keysOf = (part: OurPart, told: Iterable<string>): ReadonlySet<string> =>
  keySets.get(part, [told], () => new Set([...told, ...[...part.keys()].filter((key) => !isEntryKey(key))]));

/** An object as it was at the operator's last check or write. */
interface Seen {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly ownTime: string;
}

const objectOf = (step: TargetWrite): Kind => (step.kind === 'apply' ? step.object : 'ConfigMap');
