import { isDeepStrictEqual } from 'node:util';
import { isNewerVersion, type KubernetesObject } from './objects.ts';

/** What happened to an object: the new state, or the last known one of a deleted object. */
export interface CacheChange<T> {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: T;
}

/**
 * The objects of one collection as last seen: in lists, in watch events, and in answers to our own writes, which run
 * ahead of the watch. Every method returns what it changed, in order.
 */
export class ObjectCache<T extends KubernetesObject> {
  #objects = new Map<string, T>();
  /** Answers to our writes since the list that is under way began: it may not hold them yet. */
  #observed: Map<string, T> | undefined;
  /** Objects whose status we are writing, each with the last state of it that may be our doing. */
  readonly #statusWrites = new Map<string, { hidden?: T }>();

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(keyOf({ namespace, name }));
  }

  items(): T[] {
    return [...this.#objects.values()];
  }

  /** To be called before the first page is asked for. */
  beginList(): void {
    this.#observed = new Map();
  }

  /** The whole collection at once: what is not in it was deleted. */
  replace(items: readonly T[]): CacheChange<T>[] {
    const before = this.#objects;
    this.#objects = new Map();
    const changes: CacheChange<T>[] = [];
    for (const listed of items) {
      const key = keyOf(listed.metadata);
      const observed = this.#observed?.get(key);
      const object = observed && supersedes(observed, listed) ? observed : listed;
      const old = before.get(key);
      // An object that did not change stays the same value, so that callers can tell by identity.
      this.#objects.set(key, old && isSame(old, object) ? old : object);
      changes.push(...difference(old, object));
      before.delete(key);
    }
    this.#observed = undefined;
    const gone = [...before.values()].map((object): CacheChange<T> => ({ type: 'deleted', object }));
    return [...gone, ...changes];
  }

  /** An ADDED or MODIFIED event. One that an answer to our own write has overtaken changes nothing. */
  set(object: T): CacheChange<T>[] {
    const key = keyOf(object.metadata);
    const old = this.#objects.get(key);
    if (old && (isSame(old, object) || supersedes(old, object))) return [];
    this.#objects.set(key, object);
    const write = this.#statusWrites.get(key);
    if (write && old && old.metadata.uid === object.metadata.uid && isSameButForStatus(old, object)) {
      write.hidden = object;
      return [];
    }
    // Of what is not kept somebody may change something all the time.
    return old && isSameButForVersion(old, object) ? [] : difference(old, object);
  }

  /**
   * To be called before a status of ours is written. The watch may tell of it before there is an answer, and that is no news
   * either, until {@link endStatusWrite} says what was ours.
   */
  beginStatusWrite(namespace: string | undefined, name: string): void {
    this.#statusWrites.set(keyOf({ namespace, name }), {});
  }

  /** To be called with the answer to it, undefined if nothing was written: then whatever the watch told was somebody else's. */
  endStatusWrite(namespace: string | undefined, name: string, answer: T | undefined): CacheChange<T>[] {
    const key = keyOf({ namespace, name });
    const hidden = this.#statusWrites.get(key)?.hidden;
    this.#statusWrites.delete(key);
    const changes = answer ? this.observe(answer) : [];
    const present = this.#objects.get(key);
    if (!hidden || !present || (answer && isSame(hidden, answer))) return changes;
    return [{ type: 'modified', object: present }];
  }

  /** A DELETED event. */
  delete(object: T): CacheChange<T>[] {
    const key = keyOf(object.metadata);
    if (this.#objects.get(key)?.metadata.uid !== object.metadata.uid) return [];
    this.#objects.delete(key);
    return [{ type: 'deleted', object }];
  }

  /**
   * The answer to a write of ours. Ignored if the object is not known, or known under another uid (then it was
   * deleted), or known in a newer version. Our own doing is no news: a change is returned only if the answer also
   * holds what somebody else did in between, which the watch will not report any more.
   * @param writtenOver the resourceVersion that the write had as its precondition: nobody came in between
   */
  observe(object: T, writtenOver?: string): CacheChange<T>[] {
    const key = keyOf(object.metadata);
    const old = this.#objects.get(key);
    if (old?.metadata.uid !== object.metadata.uid) return [];
    if (isSame(old, object) || supersedes(old, object)) return [];
    this.#objects.set(key, object);
    this.#observed?.set(key, object);
    const ours = old.metadata.resourceVersion === writtenOver || isSameButForStatus(old, object);
    return ours ? [] : [{ type: 'modified', object }];
  }
}

function keyOf({
  namespace,
  name,
}: {
  readonly namespace?: string | undefined;
  readonly name: string;
}): string {
  return `${namespace ?? ''}/${name}`;
}

function difference<T extends KubernetesObject>(old: T | undefined, object: T): CacheChange<T>[] {
  if (!old) return [{ type: 'added', object }];
  if (isSame(old, object)) return [];
  if (old.metadata.uid === object.metadata.uid) return [{ type: 'modified', object }];
  return [
    { type: 'deleted', object: old },
    { type: 'added', object },
  ];
}

function isSame(a: KubernetesObject, b: KubernetesObject): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;
}

function supersedes(a: KubernetesObject, b: KubernetesObject): boolean {
  return (
    a.metadata.uid === b.metadata.uid &&
    isNewerVersion(a.metadata.resourceVersion, b.metadata.resourceVersion)
  );
}

/** Of what is kept nothing has changed. */
const isSameButForVersion = (a: KubernetesObject, b: KubernetesObject): boolean =>
  isDeepStrictEqual(withoutVersion(a), withoutVersion(b));

const withoutVersion = (object: KubernetesObject): object => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: undefined },
});

const isSameButForStatus = (a: KubernetesObject, b: KubernetesObject): boolean =>
  isDeepStrictEqual(essence(a), essence(b));

/** The object without status and bookkeeping: what a status write of ours leaves as it was. */
function essence(object: KubernetesObject & { readonly status?: unknown }): object {
  return {
    ...object,
    status: undefined,
    metadata: { ...object.metadata, resourceVersion: undefined, managedFields: undefined },
  };
}
