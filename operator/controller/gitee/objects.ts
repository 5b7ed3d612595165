import type { NotificationSubscription } from '../../api/kinds.ts';
import {
  addHookFinalizer,
  hasHookFinalizer,
  recordHooks,
  removeHookFinalizer,
} from '../../cluster/gitee-hooks.ts';
import type { HookRecord } from '../../gitee/record.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import type { ApiCall } from '../../kubernetes/request.ts';
import { recordsOf } from './places.ts';

/** The subscription was deleted, or replaced by another one of its name. */
export class SubscriptionGoneError extends Error {
  override readonly name = 'SubscriptionGoneError';
}

type SubscriptionCache = Pick<Reflector<NotificationSubscription>, 'get' | 'observe'>;

/**
 * The finalizers and the records of subscriptions on the API server. The cache has the answers at once. The writes for one subscription
 * follow each other, since its repositories are looked at independently.
 */
export class HookObjects {
  readonly #request: ApiCall;
  readonly #cache: SubscriptionCache;
  readonly #installation: string;
  #writes = 0;
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(request: ApiCall, subscriptions: SubscriptionCache, installation: string) {
    this.#request = request;
    this.#cache = subscriptions;
    this.#installation = installation;
  }

  /** How many writes there were. */
  get writes(): number {
    return this.#writes;
  }

  /** The subscription as the cache has it; undefined if it is gone. */
  find({
    metadata: { namespace, name, uid },
  }: NotificationSubscription): NotificationSubscription | undefined {
    const present = this.#cache.get(namespace, name);
    return present?.metadata.uid === uid ? present : undefined;
  }

  /** Sees to it that the finalizer is there. @throws SubscriptionGoneError, ForbiddenError or any other error of a request */
  holdBack(subscription: NotificationSubscription): Promise<void> {
    return this.#write(subscription, async (present) =>
      hasHookFinalizer(present) ? present : addHookFinalizer(this.#request, present),
    );
  }

  /** Removes the finalizer. @throws ForbiddenError or any other error of a request */
  async release(subscription: NotificationSubscription): Promise<void> {
    await this.#write(subscription, (present) => removeHookFinalizer(this.#request, present)).catch(
      (error: unknown) => {
        if (!(error instanceof SubscriptionGoneError)) throw error;
      },
    );
  }

  /** Changes the records in the status. @throws SubscriptionGoneError or any error of a request */
  record(
    subscription: NotificationSubscription,
    change: (records: readonly HookRecord[]) => readonly HookRecord[],
  ): Promise<void> {
    return this.#write(subscription, (present) => {
      const records = change(recordsOf(present, this.#installation));
      return recordHooks(this.#request, present, records, this.#installation);
    });
  }

  async #write(
    subscription: NotificationSubscription,
    write: (present: NotificationSubscription) => Promise<NotificationSubscription | undefined>,
  ): Promise<void> {
    const { uid } = subscription.metadata;
    const turn = (this.#turns.get(uid) ?? Promise.resolve())
      .catch(() => undefined)
      .then(async () => {
        const present = this.find(subscription);
        const written = present && (await write(present));
        if (!written) throw new SubscriptionGoneError(`${subscription.metadata.name} is gone`);
        this.#writes += 1;
        this.#cache.observe(written);
      });
    this.#turns.set(uid, turn);
    try {
      await turn;
    } finally {
      if (this.#turns.get(uid) === turn) this.#turns.delete(uid);
    }
  }
}
