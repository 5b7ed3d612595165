import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { application, soon, syncFailed } from './applications.ts';
import { ARGOCD } from './argocd.ts';
import { CAPABILITY, PROJECT } from './relay-stage.ts';

/** The waits between the attempts of Argo CD's webhook service, as the relay's service in the ConfigMap has them. */
const WAITS_MS = [500, 1_000, 2_000, 4_000] as const;
const TIMEOUT_MS = 20_000;

/** The body of a failed sync, as Argo CD posts it: an Application by itself for each name. */
export function syncFailedPost(name: string): string {
  const { metadata, ...app } = application({ name, namespace: ARGOCD, project: PROJECT });
  return JSON.stringify({
    event: 'on-sync-failed',
    app: { ...app, metadata: { ...metadata, uid: randomUUID() }, ...syncFailed(soon()) },
  });
}

/** Posts events to relays, on connections that it keeps. */
export class RelayPoster implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 48 });
  readonly #doors: readonly string[];
  #turn = 0;

  /** @param doors bases of the relay's replicas: each attempt goes to the next one, as a Service does it */
  constructor(doors: readonly string[]) {
    this.#doors = doors;
  }

  /** @returns the status; 0 without an answer */
  once(body: string): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#turn += 1;
    const sent = request(
      `${this.#doors[this.#turn % this.#doors.length]}/v1/argocd`,
      {
        ...{ agent: this.#agent, method: 'POST', signal: AbortSignal.timeout(TIMEOUT_MS) },
        headers: {
          authorization: `Bearer ${CAPABILITY}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
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
  async asArgoCD(body: string): Promise<number> {
    for (const waitMs of [...WAITS_MS, undefined]) {
      const status = await this.once(body);
      if ((status > 0 && status < 500) || waitMs === undefined) return status;
      await pause(waitMs);
    }
    return 0;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
