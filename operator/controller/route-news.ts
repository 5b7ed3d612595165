import { isDeepStrictEqual } from 'node:util';
import { objectKey } from '../api/names.ts';
import type { RelayedAnswer, RelayRoute } from '../api/relay-route.ts';
import type { ReflectorEvent } from '../kubernetes/reflector-options.ts';

/**
 * Says which changes of RelayRoutes a decision could depend on. The relay reports the time of each robot's last answer, which
 * changes with each message. Only an answer with another content than the robot's last one is news.
 */
export class RouteNews {
  /** What each route was, by name. */
  readonly #routes = new Map<string, readonly unknown[]>();
  /** The last answer of each robot, in whatever route it was. */
  readonly #answers = new Map<string, RelayedAnswer>();

  /** Whether a decision could depend on the change, which then counts as known. */
  isNews(event: ReflectorEvent<RelayRoute>): boolean {
    if (event.type === 'synced') return true;
    const { metadata, status } = event.object;
    if (event.type === 'deleted') {
      this.#routes.delete(metadata.name);
      for (const { namespace, name } of status?.robots ?? [])
        this.#answers.delete(objectKey(namespace, name));
      return true;
    }
    const versions = [metadata.uid, metadata.generation, status?.observedGeneration];
    const isChanged = !isDeepStrictEqual(this.#routes.get(metadata.name), versions);
    this.#routes.set(metadata.name, versions);
    // Each answer has to be remembered, so all are looked at.
    const isAnswered = (status?.robots ?? []).filter((answer) => this.#isNewAnswer(answer)).length > 0;
    return isChanged || isAnswered;
  }

  #isNewAnswer(answer: RelayedAnswer): boolean {
    const key = objectKey(answer.namespace, answer.name);
    const last = this.#answers.get(key);
    if (last && Date.parse(answer.at) <= Date.parse(last.at)) return false;
    this.#answers.set(key, answer);
    return !last || !isDeepStrictEqual({ ...last, at: '' }, { ...answer, at: '' });
  }
}
