import { setTimeout as delay } from 'node:timers/promises';
import type { DataObject, KubernetesObject } from '../../../operator/kubernetes/objects.ts';
import { resourcePath } from '../../../operator/kubernetes/paths.ts';
import { ARGOCD } from '../../support/stage.ts';
import { messagesKey } from './landscape.ts';
import type { TeamsStage } from './stage.ts';

const PACE_MS = 1_000;
/** How long an edit may take to be live. */
const DEADLINE_MS = 60_000;
const CONFIG_MAPS = resourcePath({ version: 'v1', plural: 'configmaps', namespace: ARGOCD });
const FIELD_SELECTOR = 'metadata.name=argocd-notifications-cm';

/**
 * Edits the text of one team a second, each time of another one.
 * @returns from the API server's answer until Argo CD's ConfigMap says it, for each edit in order, in milliseconds
 * @throws Error if an edit is not live within a minute
 */
export async function measureEdits(stage: TeamsStage, count: number): Promise<number[]> {
  using live = await LiveTexts.follow(stage);
  // Awaited here: the watch ends with this function.
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await delay(index * PACE_MS);
      const team = stage.teams[index % stage.teams.length] as string;
      const mark = `edit-${index}.`;
      const edit = stage.editText(team, mark).then(() => performance.now());
      const [answeredAt, liveAt] = await Promise.all([edit, live.wait(messagesKey(team), mark)]);
      return Math.max(0, liveAt - answeredAt);
    }),
  );
}

interface Awaited {
  readonly key: string;
  readonly mark: string;
  readonly resolve: (at: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Watches Argo CD's ConfigMap. */
class LiveTexts implements Disposable {
  readonly #ended = new AbortController();
  readonly #awaited = new Set<Awaited>();
  #failure: unknown;

  static async follow({ connection }: TeamsStage): Promise<LiveTexts> {
    const texts = new LiveTexts();
    const { body } = await connection.request<KubernetesObject>({
      method: 'GET',
      path: CONFIG_MAPS,
      query: { fieldSelector: FIELD_SELECTOR },
    });
    const events = await connection.watch(
      CONFIG_MAPS,
      { fieldSelector: FIELD_SELECTOR, resourceVersion: body.metadata.resourceVersion },
      { signal: texts.#ended.signal, idleTimeoutMs: DEADLINE_MS },
    );
    texts.#read(events).catch((error: unknown) => texts.#fail(error));
    return texts;
  }

  /**
   * Resolves with the moment, on the clock of `performance`, in which this key first holds this mark.
   * @throws Error if it does not in time, or if the watch breaks off
   */
  async wait(key: string, mark: string): Promise<number> {
    if (this.#failure) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const awaited = { key, mark, resolve, reject };
    this.#awaited.add(awaited);
    const late = () => reject(new Error(`${key} does not hold ${mark} after ${DEADLINE_MS} ms`));
    const timer = setTimeout(late, DEADLINE_MS);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#awaited.delete(awaited);
    });
  }

  async #read(events: AsyncIterable<{ readonly object: KubernetesObject }>): Promise<void> {
    for await (const { object } of events) {
      const { data = {} } = object as DataObject;
      for (const { key, mark, resolve } of this.#awaited) {
        if (data[key]?.includes(mark)) resolve(performance.now());
      }
    }
    throw new Error('the API server has ended the watch of the ConfigMap');
  }

  #fail(error: unknown): void {
    // What comes after the end is the end of the watch itself.
    if (this.#ended.signal.aborted) return;
    this.#failure = error;
    for (const { reject } of this.#awaited) reject(error);
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
    for (const { reject } of this.#awaited) reject(this.#ended.signal.reason);
  }
}
