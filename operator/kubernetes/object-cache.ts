import { isDeepStrictEqual } from 'node:util';
import { isNewerVersion, type KubernetesObject, type ObjectMetadata } from './objects.ts';

/** One change of an object: the new state, or the last known state of a deleted object. */
export interface CacheChange<T> {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: T;
}

/**
 * The objects of one collection as last seen: in lists, in watch events, and in answers to the operator's own writes.
 * These answers come before the watch events. Every method returns the changes that it made, in order.
 */
export class ObjectCache<T extends KubernetesObject> {
  #objects = new Map<string, T>();
  #items: readonly T[] | undefined;
  /** Answers to the operator's writes since the present list began: the list may not contain them yet. */
  #observed: Map<string, T> | undefined;
  /**
   * Objects whose status the operator is writing, each with its last state that may come from the operator's own
   * write.
   */
  readonly #statusWrites = new Map<string, { hidden?: T }>();
  /** Objects that the operator is creating, each with the uids of that name that were deleted meanwhile. */
  readonly #creations = new Map<string, Set<string>>();

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(keyOf({ namespace, name }));
  }

  /** Whether an object is known in this version or a newer one. */
  has(metadata: ObjectMetadata): boolean {
    const known = this.#objects.get(keyOf(metadata));
    return known !== undefined && (isSame(known, { metadata }) || supersedes(known, { metadata }));
  }

  /** All objects; the same list as long as none has changed. */
  items(): readonly T[] {
    this.#items ??= [...this.#objects.values()];
    return this.#items;
  }

  /** The caller calls it before it asks for the first page. */
  beginList(): void {
    this.#observed = new Map();
  }

  /** The whole collection at once: an object that is not in it was deleted. */
  replace(items: readonly T[]): CacheChange<T>[] {
    const before = this.#objects;
    this.#objects = new Map();
    this.#items = undefined;
    const changes: CacheChange<T>[] = [];
    for (const listed of items) {
      const key = keyOf(listed.metadata);
      const observed = this.#observed?.get(key);
      const object = observed && supersedes(observed, listed) ? observed : listed;
      const old = before.get(key);
      // An object that did not change stays the same value, so callers can compare by identity.
      const isKept = old !== undefined && isSame(old, object) && isDeepStrictEqual(old, object);
      this.#objects.set(key, isKept ? old : object);
      if (!isKept) changes.push(...(old ? replacement(old, object) : difference(old, object)));
      before.delete(key);
    }
    this.#observed = undefined;
    const gone = [...before.values()].map((object): CacheChange<T> => ({ type: 'deleted', object }));
    return [...gone, ...changes];
  }

  /**
   * An ADDED or MODIFIED event. An event that is older than the answer to the operator's own write changes nothing.
   */
  set(object: T): CacheChange<T>[] {
    const key = keyOf(object.metadata);
    const old = this.#objects.get(key);
    if (old && (isSame(old, object) || supersedes(old, object))) return [];
    this.#put(key, object);
    const write = this.#statusWrites.get(key);
    if (write && old && old.metadata.uid === object.metadata.uid && isSameButForStatus(old, object)) {
      write.hidden = object;
      return [];
    }
    // The parts that are not kept may change all the time.
    return old && isSameButForVersion(old, object) ? [] : difference(old, object);
  }

  /**
   * The caller calls it before the operator writes a status. The watch may report the write before the answer comes.
   * Such an event does not count as a change until {@link endStatusWrite} says which state the operator wrote.
   */
  beginStatusWrite(namespace: string | undefined, name: string): void {
    this.#statusWrites.set(keyOf({ namespace, name }), {});
  }

  /**
   * The caller passes the answer to the write, undefined if nothing was written: then all changes from the watch came
   * from other writers.
   */
  endStatusWrite(namespace: string | undefined, name: string, answer: T | undefined): CacheChange<T>[] {
    const key = keyOf({ namespace, name });
    const hidden = this.#statusWrites.get(key)?.hidden;
    this.#statusWrites.delete(key);
    const changes = answer ? this.observe(answer) : [];
    const present = this.#objects.get(key);
    if (!hidden || !present || (answer && isSame(hidden, answer))) return changes;
    return [{ type: 'modified', object: present }];
  }

  /** The caller calls it before the operator creates an object. */
  beginCreation(namespace: string | undefined, name: string): void {
    this.#creations.set(keyOf({ namespace, name }), new Set());
  }

  /**
   * The caller passes the answer to the creation, undefined if there was none. The object is known from then on, unless the watch has
   * already reported it or its deletion. The operator's own write is not a change.
   */
  endCreation(namespace: string | undefined, name: string, answer: T | undefined): void {
    const key = keyOf({ namespace, name });
    const deleted = this.#creations.get(key);
    this.#creations.delete(key);
    if (!answer || this.#objects.has(key) || deleted?.has(answer.metadata.uid)) return;
    this.#put(key, answer);
    this.#observed?.set(key, answer);
  }

  /** A DELETED event. */
  delete(object: T): CacheChange<T>[] {
    const key = keyOf(object.metadata);
    this.#creations.get(key)?.add(object.metadata.uid);
    if (this.#objects.get(key)?.metadata.uid !== object.metadata.uid) return [];
    this.#objects.delete(key);
    this.#items = undefined;
    return [{ type: 'deleted', object }];
  }

  /**
   * The answer to a write of the operator. The answer is ignored if the object is not known, known in a newer
   * version, or known under another uid, which means that it was deleted. The operator's own write is not a change. A
   * change is returned only if the answer also holds the write of another writer, which the watch will not report any
   * more.
   * @param writtenOver the resourceVersion that was the precondition of the write: no other writer came in between
   */
  observe(object: T, writtenOver?: string): CacheChange<T>[] {
    const key = keyOf(object.metadata);
    const old = this.#objects.get(key);
    if (old?.metadata.uid !== object.metadata.uid) return [];
    if (isSame(old, object) || supersedes(old, object)) return [];
    this.#put(key, object);
    this.#observed?.set(key, object);
    const ours = old.metadata.resourceVersion === writtenOver || isSameButForStatus(old, object);
    return ours ? [] : [{ type: 'modified', object }];
  }

  #put(key: string, object: T): void {
    this.#objects.set(key, object);
    this.#items = undefined;
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
  return isSame(old, object) ? [] : replacement(old, object);
}

/** The operator may have derived the content of a version from its own write, and an admission webhook may have changed the write. */
function replacement<T extends KubernetesObject>(old: T, object: T): CacheChange<T>[] {
  if (old.metadata.uid === object.metadata.uid) return [{ type: 'modified', object }];
  return [
    { type: 'deleted', object: old },
    { type: 'added', object },
  ];
}

type Versioned = Pick<KubernetesObject, 'metadata'>;

function isSame(a: Versioned, b: Versioned): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;
}

function supersedes(a: Versioned, b: Versioned): boolean {
  return (
    a.metadata.uid === b.metadata.uid &&
    isNewerVersion(a.metadata.resourceVersion, b.metadata.resourceVersion)
  );
}

/** The kept parts have not changed. */
const isSameButForVersion = (a: KubernetesObject, b: KubernetesObject): boolean =>
  isDeepStrictEqual(withoutVersion(a), withoutVersion(b));

const withoutVersion = (object: KubernetesObject): object => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: undefined },
});

const isSameButForStatus = (a: KubernetesObject, b: KubernetesObject): boolean =>
  isDeepStrictEqual(essence(a), essence(b));

/** The object without status and bookkeeping: the parts that a status write of the operator does not change. */
function essence(object: KubernetesObject & { readonly status?: unknown }): object {
  return {
    ...object,
    status: undefined,
    metadata: { ...object.metadata, resourceVersion: undefined, managedFields: undefined },
  };
}
