import type { NotificationSubscription } from '../../../api/kinds.ts';
import { ConflictError, NotFoundError } from '../../../kubernetes/api-error.ts';
import { ObjectCache } from '../../../kubernetes/object-cache.ts';
import type { ApiCall, ApiRequest } from '../../../kubernetes/request.ts';

interface PatchBody {
  readonly metadata: { readonly uid?: string; readonly finalizers?: readonly string[] };
  readonly status?: { readonly gitee?: unknown };
}

/** Subscriptions on an API server that knows finalizers and the status of hooks, and the cache that an operator has of them. */
export class StoredSubscriptions {
  readonly cache = new ObjectCache<NotificationSubscription>();
  /** Called before each write; an exception is the answer. */
  onWrite: ((write: 'finalizer' | 'status', body: PatchBody) => void) | undefined;
  #version = 1_000;
  readonly #stored = new Map<string, NotificationSubscription>();

  get(name: string): NotificationSubscription | undefined {
    return this.#stored.get(name);
  }

  /** As a person applies it. */
  put(subscription: NotificationSubscription): NotificationSubscription {
    const { metadata } = subscription;
    const before = this.#stored.get(metadata.name);
    return this.#store({
      ...subscription,
      metadata: {
        ...metadata,
        ...(before?.metadata.finalizers && { finalizers: before.metadata.finalizers }),
      },
      ...(before?.status && { status: before.status }),
    });
  }

  /** As a person deletes it: it is gone as soon as it has no finalizer. */
  delete(name: string, at: Date): void {
    const stored = this.#stored.get(name);
    if (stored)
      this.#store({ ...stored, metadata: { ...stored.metadata, deletionTimestamp: at.toISOString() } });
  }

  readonly request: ApiCall = async <T>({ path, query, body }: ApiRequest) => {
    const { metadata, status } = body as PatchBody;
    const isStatus = path.endsWith('/status');
    this.onWrite?.(isStatus ? 'status' : 'finalizer', body as PatchBody);
    const name = path.split('/')[7] ?? '';
    const stored = this.#stored.get(name);
    if (!stored) throw new NotFoundError(path, 404, { kind: 'Status' });
    if (metadata.uid !== undefined && metadata.uid !== stored.metadata.uid)
      throw new ConflictError(path, 409, { kind: 'Status', reason: 'Conflict' });
    if (query?.force !== true) throw new Error('the test expects an apply');
    const { finalizers: _, ...others } = stored.metadata;
    const { gitee: __, ...rest } = stored.status ?? {};
    const next = isStatus
      ? { ...stored, status: { ...rest, ...(status?.gitee !== undefined && { gitee: status.gitee }) } }
      : {
          ...stored,
          metadata: { ...others, ...(metadata.finalizers && { finalizers: metadata.finalizers }) },
        };
    return { status: 200, headers: {}, body: this.#store(next as NotificationSubscription) as T };
  };

  #store(subscription: NotificationSubscription): NotificationSubscription {
    const { metadata } = subscription;
    const stored = { ...subscription, metadata: { ...metadata, resourceVersion: `${++this.#version}` } };
    const isGone = metadata.deletionTimestamp !== undefined && !metadata.finalizers?.length;
    if (isGone) this.#stored.delete(metadata.name);
    else this.#stored.set(metadata.name, stored);
    // The watch tells it at once.
    if (isGone) this.cache.delete(stored);
    else this.cache.set(stored);
    return stored;
  }
}
