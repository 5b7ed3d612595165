import { FIELD_MANAGER, PROJECTS_FIELD_MANAGER, SUBSCRIPTIONS_FIELD_MANAGER } from '../api/field-managers.ts';
import { SUBSCRIPTIONS_KEY } from '../argocd/names.ts';
import { PROJECT_ANNOTATION } from '../argocd/project-annotation.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { LiveObject, Target } from '../core/model/snapshot.ts';
import type { ProjectWrite, Write } from '../core/writes/writes.ts';
import { RequestError } from '../kubernetes/api-error.ts';
import { mergePatch, serverSideApply } from '../kubernetes/apply.ts';
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
    const patch = async (kind: Kind, data: Readonly<Record<string, string | null>>, fieldManager: string) => {
      const resourceVersion = versions[kind];
      const write = { ...this.#address(kind), data, resourceVersion, fieldManager };
      const object = await mergePatch(this.#request, write);
      versions[kind] = this.#observe(kind, object, resourceVersion);
      return object;
    };
    const apply = async (step: Write & { kind: 'apply' }) => {
      const kind = step.object;
      const resourceVersion = versions[kind];
      const data = kind === 'Secret' ? toBase64(step.data) : step.data;
      const write = {
        ...this.#address(kind),
        uid: uids[kind],
        data,
        resourceVersion,
        fieldManager: FIELD_MANAGER,
      };
      const object = await serverSideApply(this.#request, write);
      versions[kind] = this.#observe(kind, object, resourceVersion);
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

  #observe(kind: Kind, object: DataObject, writtenOver: string): string {
    const cache = kind === 'ConfigMap' ? this.#caches.configMap : this.#caches.secret;
    cache.observe(object, writtenOver);
    return object.metadata.resourceVersion;
  }

  #address(kind: Kind) {
    const { namespace, configMap, secret } = this.#target;
    return { kind, namespace, name: kind === 'ConfigMap' ? configMap : secret };
  }
}

function toBase64(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encodeSecretValue(value)]));
}
