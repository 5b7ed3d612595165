import { FIELD_MANAGER, PROJECTS_FIELD_MANAGER, SUBSCRIPTIONS_FIELD_MANAGER } from '../api/field-managers.ts';
import { SUBSCRIPTIONS_KEY } from '../argocd/names.ts';
import { PROJECT_ANNOTATION } from '../argocd/project-annotation.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { LiveObject, Target } from '../core/model/snapshot.ts';
import type { ProjectWrite, Write } from '../core/writes/writes.ts';
import { RequestError } from '../kubernetes/api-error.ts';
import { mergePatch, type ObjectWrite, serverSideApply } from '../kubernetes/apply.ts';
import type { DataObject } from '../kubernetes/objects.ts';
import { resourcePath } from '../kubernetes/paths.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import { encodeSecretValue } from '../kubernetes/secret-values.ts';
import { own } from '../lib/own.ts';
import { liveConfigMap, liveSecret } from './live-object.ts';
import { APP_PROJECTS } from './projects.ts';

type Kind = 'ConfigMap' | 'Secret';

/** AppProjects whose write had no answer. Each takes ten seconds, and the next run waits for all of them. */
const MAX_UNANSWERED = 3;

/** The caches that learn of a write before a watch reports it. */
export interface WriteObservers {
  readonly configMap: WriteObserver;
  readonly secret: WriteObserver;
}

interface WriteObserver {
  /** @param writtenOver the resourceVersion that the write replaced */
  observe(object: DataObject, writtenOver: string): void;
  /** The object as it is known; absent if the observer keeps none. */
  get?(namespace: string, name: string): DataObject | undefined;
  /** Does a write; the observer expects its answer. */
  during?<R>(write: () => Promise<R>): Promise<R>;
}

/**
 * Carries out the steps of one decision. Each request demands the resourceVersion of the decision, or of the step
 * before. So another writer in between makes the write fail, and its change is not overwritten. The answers go into
 * the caches.
 */
export class TargetWriter {
  readonly #request: ApiCall;
  readonly #caches: WriteObservers;
  readonly #target: OperatorConfiguration['target'];

  constructor(request: ApiCall, caches: WriteObservers, target: OperatorConfiguration['target']) {
    this.#request = request;
    this.#caches = caches;
    this.#target = target;
  }

  /**
   * @param before the objects that the steps were decided on
   * @param onWritten called after each step, with the target object of the step as it is after it
   * @throws ConflictError if an object has changed meanwhile; any other ApiError if a write is refused
   */
  async write(
    steps: readonly Write[],
    before: Target,
    onWritten: (step: Write, object?: LiveObject) => void,
  ): Promise<void> {
    const { configMap, secret } = before;
    if (!configMap || !secret) return; // An absent object has no steps.
    const versions = { ConfigMap: configMap.resourceVersion, Secret: secret.resourceVersion };
    const uids = { ConfigMap: configMap.uid, Secret: secret.uid };
    const patch = (kind: Kind, data: Readonly<Record<string, string | null>>, fieldManager: string) => {
      const write = { ...this.#writeOn(kind, versions[kind]), data, fieldManager };
      return this.#observed(write, () => mergePatch(this.#request, write), versions);
    };
    const apply = async (step: Write & { kind: 'apply' }) => {
      const kind = step.object;
      const data = kind === 'Secret' ? toBase64(step.data) : step.data;
      const on = this.#writeOn(kind, versions[kind]);
      const few = kind === 'ConfigMap' ? fewChanges(step, on.before?.data) : undefined;
      if (few) return patch(kind, few, FIELD_MANAGER);
      const write = { ...on, uid: uids[kind], data, fieldManager: FIELD_MANAGER };
      const object = await this.#observed(write, () => serverSideApply(this.#request, write), versions);
      const left = step.stale.filter((key) => own(object.data, key) !== undefined);
      if (left.length === 0) return object;
      return patch(kind, Object.fromEntries(left.map((key) => [key, null])), FIELD_MANAGER);
    };
    const failures: unknown[] = [];
    let unanswered = 0;
    for (const step of steps) {
      if (step.kind === 'project') {
        if (unanswered >= MAX_UNANSWERED) continue;
        try {
          await this.#annotate(step);
          onWritten(step);
        } catch (error) {
          // An object that cannot be written must not delay the others; its entry stays in the shared key.
          failures.push(error);
          unanswered += error instanceof RequestError ? 1 : 0;
        }
        continue;
      }
      const isSecret = step.kind === 'apply' && step.object === 'Secret';
      const object =
        step.kind === 'apply'
          ? await apply(step)
          : await patch('ConfigMap', { [SUBSCRIPTIONS_KEY]: step.text ?? null }, SUBSCRIPTIONS_FIELD_MANAGER);
      onWritten(step, isSecret ? liveSecret(object) : liveConfigMap(object));
    }
    if (failures.length > 0) throw failures[0];
  }

  /** The watch reports the change, and the shared key is checked again. */
  async #annotate({ name, resourceVersion, annotation }: ProjectWrite): Promise<void> {
    await this.#request({
      method: 'PATCH',
      path: resourcePath({ ...APP_PROJECTS, namespace: this.#target.namespace, name }),
      query: { fieldManager: PROJECTS_FIELD_MANAGER },
      contentType: 'application/merge-patch+json',
      body: { metadata: { resourceVersion, annotations: { [PROJECT_ANNOTATION]: annotation ?? null } } },
    });
  }

  /** Does a write, and puts its answer into the cache, and the new version into `versions`. */
  async #observed(
    { kind, resourceVersion }: ObjectWrite,
    write: () => Promise<DataObject>,
    versions: Record<Kind, string>,
  ): Promise<DataObject> {
    const cache = this.#cacheOf(kind);
    const observed = async () => {
      const object = await write();
      cache.observe(object, resourceVersion);
      return object;
    };
    const object = await (cache.during ? cache.during(observed) : observed());
    versions[kind] = object.metadata.resourceVersion;
    return object;
  }

  #cacheOf(kind: Kind): WriteObserver {
    return kind === 'ConfigMap' ? this.#caches.configMap : this.#caches.secret;
  }

  #writeOn(kind: Kind, resourceVersion: string) {
    const { namespace, configMap, secret } = this.#target;
    const name = kind === 'ConfigMap' ? configMap : secret;
    const known = this.#cacheOf(kind).get?.(namespace, name);
    const before = known?.metadata.resourceVersion === resourceVersion ? known : undefined;
    return { kind, namespace, name, resourceVersion, before };
  }
}

/** From so many keys on, a patch of a few of them is written instead of all. */
const MANY_KEYS = 150;
/** So large may the share of the changed keys be. */
const MAX_SHARE = 0.1;

/**
 * The changes of an apply as a merge patch, if they are few among many keys; null removes a key. An apply of thousands of keys takes the
 * API server longer than all else, since it compares each key with its owners.
 * @param before the keys of the object at the version of the write, if they are known
 */
function fewChanges(
  { data, stale }: Write & { kind: 'apply' },
  before: DataObject['data'],
): Readonly<Record<string, string | null>> | undefined {
  const keys = Object.keys(data);
  if (!before || keys.length < MANY_KEYS) return undefined;
  const changed = keys.filter((key) => own(before, key) !== own(data, key));
  if (changed.length + stale.length > MAX_SHARE * keys.length) return undefined;
  const set = changed.map((key): [string, string | null] => [key, own(data, key) as string]);
  return Object.fromEntries([...set, ...stale.map((key): [string, null] => [key, null])]);
}

function toBase64(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encodeSecretValue(value)]));
}
