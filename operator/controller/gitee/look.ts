import type { WantedHooks } from '../../core/model/gitee.ts';
import type { HookPlace } from '../../gitee/record.ts';
import { Backoff } from '../../lib/backoff.ts';
import type { HookMember } from './places.ts';
import { wantedOf } from './places.ts';
import type { HookMemory } from './steps.ts';

/** After a failure of Gitee that may pass by itself, in milliseconds. */
const AFTER_FAILURE = { initialMs: 5_000, maxMs: 60_000 } as const;
/** After a failure of the API server, or another writer that came in between. */
const AFTER_API_FAILURE = { initialMs: 1_000, maxMs: 30_000 } as const;
/** While something has to be corrected by people: they wait for the look, however rare looks are otherwise. */
const WHILE_WRONG_MS = 45_000;

/** The result of a look at a repository, as far as the time of the next one depends on it. */
export interface LookResult {
  /** The API server failed, or another writer came in between. */
  apiFailed: boolean;
  /** Gitee failed in a way that may pass by itself. */
  giteeFailed: boolean;
  /** What Gitee asks for, in milliseconds. */
  retryAfterMs: number;
  /** Somebody has to correct something. */
  isWrong: boolean;
  /** In how many milliseconds something has to be given up. */
  giveUpInMs: number;
}

/** One repository that is looked at again and again. */
export class RepositoryLook implements HookMemory {
  readonly place: HookPlace;
  readonly written: HookMemory['written'] = new Map();
  readonly settled: HookMemory['settled'] = new Map();
  /** Since when the repository cannot be found for a hook that should go, by subscription and robot; by the wall clock. */
  readonly missingSince = new Map<string, number>();
  /** `namespace/name` of the subscriptions that have a part in it. */
  members: readonly string[] = [];
  timer: NodeJS.Timeout | undefined;
  running: Promise<void> | undefined;
  /** Whether the next look is one that a change asks for. */
  isSoon = false;
  /** Whether something has changed since the running look began. */
  isStale = false;
  #fingerprint = '';
  readonly #afterFailure: Backoff;
  readonly #afterApiFailure: Backoff;

  constructor(place: HookPlace, random: () => number) {
    this.place = place;
    this.#afterFailure = new Backoff({ ...AFTER_FAILURE, random });
    this.#afterApiFailure = new Backoff({ ...AFTER_API_FAILURE, random });
  }

  /** Notes who has a part in it. @returns whether something differs that asks for a look at once */
  note(members: readonly HookMember[], hooks: WantedHooks): boolean {
    this.members = members.map(({ subscription: { metadata } }) => `${metadata.namespace}/${metadata.name}`);
    const fingerprint = JSON.stringify(
      members.map(({ subscription }) => {
        const { uid, generation, deletionTimestamp } = subscription.metadata;
        const wanted = wantedOf(subscription, hooks);
        return [
          uid,
          generation,
          deletionTimestamp,
          wanted === 'keep' ? [] : wanted.map(({ switches, robot, token }) => [switches, robot, token]),
        ];
      }),
    );
    const isNews = fingerprint !== this.#fingerprint;
    this.#fingerprint = fingerprint;
    return isNews;
  }

  /** When to look again, in milliseconds. @param everyMs the configured interval, with its jitter */
  nextInMs(result: LookResult, everyMs: number): number {
    if (!result.giteeFailed) this.#afterFailure.reset();
    if (!result.apiFailed) this.#afterApiFailure.reset();
    const usual = result.isWrong ? Math.min(everyMs, WHILE_WRONG_MS) : everyMs;
    const waits = [
      ...(result.apiFailed ? [this.#afterApiFailure.next()] : []),
      ...(result.giteeFailed ? [Math.max(this.#afterFailure.next(), result.retryAfterMs)] : []),
    ];
    return Math.max(0, Math.min(waits.length > 0 ? Math.max(...waits) : usual, result.giveUpInMs));
  }
}
