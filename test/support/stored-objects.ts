import { request } from 'undici';

/** What an API server has stored in etcd: values by key, both in base64 as etcd's JSON has them. */
export type StoredObjects = ReadonlyMap<string, string>;

/** How stored objects differ from earlier ones, by key in plain text: `/registry/configmaps/argocd/argocd-cm`. */
export interface StoredChanges {
  readonly added: readonly string[];
  /** Other bytes, or gone. */
  readonly changed: readonly string[];
}

const PREFIX = '/registry/';
const AFTER_PREFIX = '/registry0';
/** As many as etcd takes in one transaction. */
const OPERATIONS = 128;

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (text: string): string => Buffer.from(text, 'base64').toString();

/** @param etcd `http://127.0.0.1:PORT` */
export async function storedObjects(etcd: string): Promise<StoredObjects> {
  const { kvs = [] } = await ask<{ kvs?: { key: string; value?: string }[] }>(etcd, 'range', {
    key: base64(PREFIX),
    range_end: base64(AFTER_PREFIX),
  });
  return new Map(kvs.map(({ key, value = '' }) => [key, value]));
}

/** Compares what is stored now with what was stored before. */
export function storedChanges(before: StoredObjects, now: StoredObjects): StoredChanges {
  const keys = (from: StoredObjects, isOne: (key: string) => boolean) =>
    [...from.keys()].filter(isOne).map(plain);
  return {
    added: keys(now, (key) => !before.has(key)),
    changed: keys(before, (key) => before.get(key) !== now.get(key)),
  };
}

/** Stores these keys as they were before, or deletes them where they were not there; the API server hears of it as of any change. */
export async function restoreObjects(
  etcd: string,
  before: StoredObjects,
  keys: readonly string[],
): Promise<void> {
  const operations = keys.map(base64).map((key) => {
    const value = before.get(key);
    return value === undefined ? { requestDeleteRange: { key } } : { requestPut: { key, value } };
  });
  for (let from = 0; from < operations.length; from += OPERATIONS)
    await ask(etcd, 'txn', { success: operations.slice(from, from + OPERATIONS) });
}

async function ask<T>(etcd: string, what: string, question: object): Promise<T> {
  const { statusCode, body } = await request(`${etcd}/v3/kv/${what}`, {
    method: 'POST',
    body: JSON.stringify(question),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`etcd, ${what}: ${statusCode}: ${text}`);
  return JSON.parse(text) as T;
}
