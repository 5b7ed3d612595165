import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { payload } from '../../operator/gitee/testing/payloads.ts';
import { giteeHeaders, giteePath } from '../../operator/relay/gitee/testing/gitee-posts.ts';
import { application, soon, syncFailed } from './applications.ts';
import { ARGOCD } from './argocd.ts';
import { CAPABILITY, giteeRouteOf, PROJECT } from './relay-stage.ts';

/** The waits between the attempts of Argo CD's webhook service, as the relay's service in the ConfigMap has them. */
const WAITS_MS = [500, 1_000, 2_000, 4_000] as const;
const TIMEOUT_MS = 20_000;

/** A post of one of the relay's callers. */
export interface RelayPost {
  /** At which door. */
  readonly to: 'argocd' | 'gitee';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A failed sync, as Argo CD posts it: an Application by itself for each name. */
export function syncFailedPost(name: string): RelayPost {
  const { metadata, ...app } = application({ name, namespace: ARGOCD, project: PROJECT });
  const body = JSON.stringify({
    event: 'on-sync-failed',
    app: { ...app, metadata: { ...metadata, uid: randomUUID() }, ...syncFailed(soon()) },
  });
  const headers = { authorization: `Bearer ${CAPABILITY}`, 'content-type': 'application/json' };
  return { to: 'argocd', path: '/v1/argocd', headers, body };
}

/** A push, as Gitee posts it, signed now: to a repository by itself for each name `aN-…`, which the route N of Gitee is about. */
export function pushPost(name: string): RelayPost {
  const route = giteeRouteOf(Number(/^a(\d+)-/.exec(name)?.[1]));
  const push = payload('push');
  const repository = { ...(push.repository as object), full_name: `example/${name}` };
  const body = JSON.stringify({ ...push, repository });
  return { to: 'gitee', path: giteePath(route), headers: giteeHeaders(route, Date.now()), body };
}

/** Posts events to relays, on connections that it keeps. */
export class RelayPoster implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 48 });
  readonly #doors: Readonly<Record<RelayPost['to'], readonly string[]>>;
  #turn = 0;

  /** @param doors bases of the relay's replicas: each attempt goes to the next one, as a Service does it */
  constructor(doors: Readonly<Record<RelayPost['to'], readonly string[]>>) {
    this.#doors = doors;
  }

  /** @returns the status; 0 without an answer */
  once({ to, path, headers, body }: RelayPost): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#turn += 1;
    const doors = this.#doors[to];
    const sent = request(
      `${doors[this.#turn % doors.length]}${path}`,
      {
        ...{ agent: this.#agent, method: 'POST', signal: AbortSignal.timeout(TIMEOUT_MS) },
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', () => resolve(0));
      },
    );
    // The connection was refused, or it broke off.
    sent.once('error', () => resolve(0));
    sent.end(body);
    return promise;
  }

  /** Posts as Argo CD does: again after a failure of the connection and after a 5xx. @returns the last status; 0 without an answer */
  async asArgoCD(post: RelayPost): Promise<number> {
    for (const waitMs of [...WAITS_MS, undefined]) {
      const status = await this.once(post);
      if ((status > 0 && status < 500) || waitMs === undefined) return status;
      await pause(waitMs);
    }
    return 0;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
