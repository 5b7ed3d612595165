/**
 * Keeps the hooks of Gitee repositories as the decisions want them. places.ts says which subscriptions have a part in which
 * repository, pass.ts looks at one repository, steps.ts does single steps, and objects.ts writes finalizers and statuses.
 * ../../gitee/ has the plan and the client.
 */

import type { Finding } from '../../api/finding.ts';
import { isGiteeSubscription, type NotificationSubscription } from '../../api/kinds.ts';
import { hasHookFinalizer } from '../../cluster/gitee-hooks.ts';
import type { HookState, WantedHooks } from '../../core/model/gitee.ts';
import type { GiteeClient } from '../../gitee/client.ts';
import { giteeHost, orphanFinding } from '../../gitee/findings.ts';
import { type HookPlace, isSamePlace, readRecords } from '../../gitee/record.ts';
import { NotLeadingError } from '../../kubernetes/fence.ts';
import type { LoopClocks } from '../../lib/clocks.ts';
import { FairLimiter } from '../../lib/fair-limiter.ts';
import { GrowingPauses } from '../../lib/growing-pauses.ts';
import type { Log } from '../../lib/log.ts';
import { type LookResult, RepositoryLook } from './look.ts';
import { type HookObjects, SubscriptionGoneError } from './objects.ts';
import { type HookCounts, HookOutcomes } from './outcomes.ts';
import { lookAtRepository, type MemberOutcome, type StuckHook, stuckWarnings } from './pass.ts';
import { type HookMember, hookPlacesOf, memberOf, placeKey, recordsOf, releaseOf } from './places.ts';
import { without } from './steps.ts';
import type { GiteeTokens } from './tokens.ts';

/** Repositories that are looked at at once, in all and per host: a Gitee that hangs leaves places for others. */
const MAX_LOOKS = 4;
const MAX_LOOKS_OF_HOST = 2;
/** Between two looks that changes ask for: a tenant that changes its subscription all the time costs Gitee little. */
const BETWEEN_CHANGES = { firstMs: 500, maxMs: 4_000 } as const;
/** How long the key of the installation is good for, in milliseconds. */
const KEY_AGE_MS = 20_000;
/** A finalizer that could not be removed, or whose owner is not known yet, is looked at again after this time. */
const RELEASE_AGAIN_MS = 5_000;
/** Looks are spread over this share of the interval. */
const JITTER = 0.1;

export interface HookKeeperOptions {
  /** All subscriptions as the cache has them. */
  readonly subscriptions: () => readonly NotificationSubscription[];
  readonly subscription: (namespace: string, name: string) => NotificationSubscription | undefined;
  readonly objects: HookObjects;
  readonly tokens: GiteeTokens;
  readonly gitee: GiteeClient;
  /** The key of the installation; undefined if its Secret is missing. */
  readonly installationKey: () => Promise<string | undefined>;
  /** The namespace of Argo CD. */
  readonly installation: string;
  readonly config: {
    readonly hosts: readonly string[];
    readonly publicURL?: string | undefined;
    readonly checkInterval: number;
    readonly giveUpAfter: number;
  };
  /** After this time, in milliseconds, a run is asked for where a finalizer could not be removed (5000). */
  readonly releaseAgainMs?: number;
  /** Whether this replica may write now. */
  readonly mayWrite: () => boolean;
  /** The API server's clock. */
  readonly now: () => Date;
  readonly clocks: LoopClocks;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Records an event about a subscription. */
  readonly tell: (
    subscription: NotificationSubscription,
    finding: Finding,
    type: 'Normal' | 'Warning',
  ) => Promise<void>;
  /** Called when a state has changed, or a status. */
  readonly onNews: () => void;
  readonly onCounts: (counts: HookCounts) => void;
  readonly log: Log;
}

/** Keeps the hooks during one term of office. It remembers little: the statuses have the hooks that are the operator's. */
export class HookKeeper {
  readonly #options: HookKeeperOptions;
  readonly #looks = new Map<string, RepositoryLook>();
  readonly #outcomes = new HookOutcomes();
  readonly #limiter = new FairLimiter(MAX_LOOKS, MAX_LOOKS_OF_HOST);
  readonly #pauses: GrowingPauses;
  /** Subscriptions whose finalizer is being removed, by uid. */
  readonly #releasing = new Map<string, Promise<void>>();
  #hooks: WantedHooks = new Map();
  #key: { readonly value: Promise<string | undefined>; readonly at: number } | undefined;
  #states: ReadonlyMap<string, HookState> | undefined;
  #again: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: HookKeeperOptions) {
    this.#options = options;
    this.#pauses = new GrowingPauses({ ...BETWEEN_CHANGES, clocks: options.clocks });
  }

  /** What is known, by `namespace/name`: the same map as long as nothing has changed. */
  get states(): ReadonlyMap<string, HookState> {
    this.#states ??= this.#outcomes.states(
      this.#options.subscriptions(),
      this.#hooks,
      this.#options.installation,
    );
    return this.#states;
  }

  /** Takes the hooks of a decision, and looks at the repositories about which something has changed. */
  update(hooks: WantedHooks): void {
    if (this.#isOver) return;
    const { subscriptions, installation, tokens, random } = this.#options;
    this.#hooks = hooks;
    const concerned = subscriptions().filter(isConcerned);
    const uids = new Set(concerned.map(({ metadata }) => metadata.uid));
    tokens.keepOnly(uids);
    this.#outcomes.keepOnly(uids);
    const places = new Map<string, { readonly place: HookPlace; readonly members: HookMember[] }>();
    for (const subscription of concerned) {
      for (const [key, place] of hookPlacesOf(subscription, hooks, installation)) {
        const of = places.get(key) ?? { place, members: [] };
        places.set(key, of);
        const member = memberOf(subscription, place, hooks, installation);
        if (member) of.members.push(member);
      }
      const release = releaseOf(subscription, hooks, installation);
      if (release === 'yes') void this.#release(subscription);
      // The operator's own status is no news that causes a run.
      if (release === 'unknown') this.#runAgain();
    }
    for (const [key, look] of this.#looks) if (!places.has(key)) this.#drop(key, look);
    for (const [key, { place, members }] of places) {
      const look = this.#looks.get(key) ?? new RepositoryLook(place, random);
      this.#looks.set(key, look);
      if (look.note(members, hooks)) this.#lookSoon(look);
    }
    this.#news(false);
  }

  /** Begins nothing more, and waits until what is under way has ended. */
  async close(): Promise<void> {
    this.abandon();
    const looks = [...this.#looks.values()].flatMap(({ running }) => (running ? [running] : []));
    await Promise.all([...looks, ...this.#releasing.values()]);
  }

  /** Begins nothing more: another replica may keep the hooks now. */
  abandon(): void {
    this.#isOver = true;
    clearTimeout(this.#again);
    for (const { timer } of this.#looks.values()) clearTimeout(timer);
  }

  /** A look that is under way ends first: two of the same repository would disturb each other. */
  #drop(key: string, look: RepositoryLook): void {
    look.note([], this.#hooks);
    if (look.running) return;
    clearTimeout(look.timer);
    this.#looks.delete(key);
  }

  #lookSoon(look: RepositoryLook): void {
    if (look.running) look.isStale = true;
    // The first of several changes decides when, so changes that never end do not put the look off.
    if (look.running || look.isSoon) return;
    this.#lookIn(look, this.#pauses.waitMs(placeKey(look.place)));
    look.isSoon = true;
  }

  #lookIn(look: RepositoryLook, ms: number): void {
    clearTimeout(look.timer);
    if (this.#isOver) return;
    look.timer = setTimeout(() => {
      if (look.isSoon) this.#pauses.begin(placeKey(look.place));
      look.isSoon = false;
      look.running = this.#look(look);
    }, ms);
  }

  /** Never rejects. */
  async #look(look: RepositoryLook): Promise<void> {
    const { config, log, random } = this.#options;
    look.isStale = false;
    const result: LookResult = {
      ...{ apiFailed: false, giteeFailed: false, retryAfterMs: 0, isWrong: false },
      giveUpInMs: Number.POSITIVE_INFINITY,
    };
    try {
      await this.#limiter.run(giteeHost(look.place), () => this.#lookNow(look, result));
    } catch (err) {
      if (!(err instanceof NotLeadingError)) log.error({ err, ...look.place }, 'a check of hooks has failed');
      result.apiFailed = true;
    }
    const everyMs = config.checkInterval * (1 - JITTER * random());
    const nextInMs = look.nextInMs(result, everyMs);
    look.running = undefined;
    if (look.members.length === 0) this.#drop(placeKey(look.place), look);
    else if (look.isStale) this.#lookSoon(look);
    else this.#lookIn(look, nextInMs);
  }

  async #lookNow(look: RepositoryLook, result: LookResult): Promise<void> {
    const { place } = look;
    const { installation, objects, gitee, config } = this.#options;
    const members = look.members.flatMap((key) => {
      const [namespace, name] = key.split('/') as [string, string];
      const subscription = this.#options.subscription(namespace, name);
      return (subscription && memberOf(subscription, place, this.#hooks, installation)) ?? [];
    });
    const parts = {
      ...{ gitee, objects, hosts: config.hosts, publicUrl: config.publicURL?.replace(/\/$/, '') },
      mayWrite: () => !this.#isOver && this.#options.mayWrite(),
      onRepaired: (subscription: NotificationSubscription, of: HookPlace, id: number) =>
        this.#repaired(subscription, of, id),
      token: (subscription: NotificationSubscription) => this.#options.tokens.of(subscription),
      installationKey: () => this.#installationKey(),
      claimed: (of: HookPlace) => this.#claimed(of),
      count: (subscription: NotificationSubscription) =>
        recordsOf(objects.find(subscription) ?? subscription, installation).length,
    };
    const { writes } = objects;
    let isNews = false;
    try {
      await lookAtRepository(place, members, look, parts, async (member, outcome) => {
        if (outcome instanceof Error) this.#failed(member, outcome, result);
        else isNews = (await this.#found(look, member, outcome, result)) || isNews;
      });
    } finally {
      // A status that the loop writes at the same time is refused, and written after another run only.
      this.#news(isNews || objects.writes !== writes);
    }
  }

  #failed({ subscription: { metadata } }: HookMember, err: Error, result: LookResult): void {
    if (err instanceof NotLeadingError) throw err;
    if (err instanceof SubscriptionGoneError) return;
    result.apiFailed = true;
    const { namespace, name } = metadata;
    this.#options.log.warn({ err, namespace, name }, 'cannot keep the hooks of a subscription, trying again');
  }

  /** @returns whether the state has changed */
  async #found(
    look: RepositoryLook,
    { subscription }: HookMember,
    { finding, stuck, failure }: MemberOutcome,
    result: LookResult,
  ): Promise<boolean> {
    const { installation, objects } = this.#options;
    const left: StuckHook[] = [];
    for (const each of stuck) {
      const giveUpInMs = this.#giveUpInMs(look, subscription, each, failure?.trouble === 'missing');
      if (giveUpInMs <= 0) await this.#giveUp(subscription, each);
      else left.push(each);
      if (giveUpInMs > 0) result.giveUpInMs = Math.min(result.giveUpInMs, giveUpInMs);
    }
    result.isWrong ||= finding !== undefined || left.length > 0;
    const mayPass = failure && ['throttled', 'unavailable', 'unexpected'].includes(failure.trouble);
    result.giteeFailed ||= mayPass === true;
    result.retryAfterMs = Math.max(result.retryAfterMs, failure?.retryAfterMs ?? 0);
    const { generation } = subscription.metadata;
    const isNews = this.#outcomes.set(subscription, placeKey(look.place), {
      generation,
      finding,
      warnings: stuckWarnings(left),
    });
    const present = objects.find(subscription);
    if (present && releaseOf(present, this.#hooks, installation) === 'yes') await this.#release(present);
    return isNews;
  }

  /** In how many milliseconds a hook that should go is left where it is; a living subscription waits for its Gitee. */
  #giveUpInMs(
    look: RepositoryLook,
    { metadata: { uid, deletionTimestamp } }: NotificationSubscription,
    { record, hopeless }: StuckHook,
    isMissing: boolean,
  ): number {
    const { now, config } = this.#options;
    if (hopeless) return 0;
    if (deletionTimestamp !== undefined)
      return Date.parse(deletionTimestamp) + config.giveUpAfter - now().getTime();
    const key = `${uid} ${record.robot}`;
    if (!isMissing) {
      look.missingSince.delete(key);
      return Number.POSITIVE_INFINITY;
    }
    const since = look.missingSince.get(key) ?? now().getTime();
    look.missingSince.set(key, since);
    return since + config.giveUpAfter - now().getTime();
  }

  async #giveUp(subscription: NotificationSubscription, { record, why }: StuckHook): Promise<void> {
    const { log, tell, objects } = this.#options;
    const { namespace, name } = subscription.metadata;
    const { id, repository } = record;
    log.warn(
      { namespace, name, host: giteeHost(record), repository, id, detail: why },
      'a hook is left on Gitee',
    );
    await tell(subscription, orphanFinding(record, why), 'Warning');
    await objects.record(subscription, without(record));
  }

  #repaired(subscription: NotificationSubscription, place: HookPlace, id: number): void {
    const { repository } = place;
    const { namespace, name } = subscription.metadata;
    const host = giteeHost(place);
    this.#options.log.info({ namespace, name, host, repository, id }, 'a hook was changed by somebody else');
    const message = `${host}: the hook ${id} of the repository ${repository} was changed or removed by somebody else; the operator makes it as declared again`;
    void this.#options.tell(subscription, { reason: 'GiteeHookRepaired', message }, 'Normal');
  }

  #runAgain(): void {
    if (this.#isOver) return;
    const { onNews, releaseAgainMs = RELEASE_AGAIN_MS } = this.#options;
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      onNews();
    }, releaseAgainMs);
  }

  /** Never rejects: another run tries again. */
  #release(subscription: NotificationSubscription): Promise<void> {
    const { uid, namespace, name } = subscription.metadata;
    const { objects, log } = this.#options;
    const released =
      this.#releasing.get(uid) ??
      objects
        .release(subscription)
        .catch((err: unknown) => {
          if (err instanceof NotLeadingError) return;
          log.warn({ err, namespace, name }, 'cannot remove the finalizer of a subscription, trying again');
          this.#runAgain();
        })
        .finally(() => this.#releasing.delete(uid));
    this.#releasing.set(uid, released);
    return released;
  }

  #installationKey(): Promise<string | undefined> {
    const { clocks, installationKey } = this.#options;
    const now = clocks.monotonic();
    if (this.#key && now - this.#key.at < KEY_AGE_MS) return this.#key.value;
    const value = installationKey();
    this.#key = { value, at: now };
    value.catch(() => {
      if (this.#key?.value === value) this.#key = undefined;
    });
    return value;
  }

  #claimed(place: HookPlace): ReadonlySet<number> {
    const records = this.#options.subscriptions().flatMap(({ status }) => readRecords(status?.gitee?.hooks));
    return new Set(
      records.flatMap((record) => (record.id !== undefined && isSamePlace(record, place) ? [record.id] : [])),
    );
  }

  #news(isNews: boolean): void {
    const { subscriptions, installation, onCounts, onNews } = this.#options;
    this.#states = undefined;
    onCounts(this.#outcomes.counts(subscriptions().filter(isConcerned), this.#hooks, installation));
    if (isNews) onNews();
  }
}

/** Whether hooks are a matter for the subscription at all. */
const isConcerned = (subscription: NotificationSubscription): boolean =>
  isGiteeSubscription(subscription) ||
  subscription.status?.gitee !== undefined ||
  hasHookFinalizer(subscription);
