import type { IncomingHttpHeaders } from 'node:http';
import { POST_STATUSES, type PostResult } from './accept.ts';
import { Door, type DoorLimits, type DoorOptions } from './door.ts';
import type { TokenVerdict } from './door-key.ts';

/** The only path. */
export const DOOR_PATH = '/v1/argocd';

/** An Application with two thousand resources has half a megabyte. Argo CD has one worker, so it opens few connections. */
const LIMITS: DoorLimits = {
  ...{ connections: 256, posts: 64, bodyBytes: 2 * 2 ** 20 },
  ...{ headersMs: 5_000, bodyMs: 10_000, requestMs: 20_000 },
};

export interface ArgoCDDoorOptions extends Pick<DoorOptions, 'onAnswered' | 'clock'> {
  readonly judge: (token: string) => Promise<TokenVerdict>;
  /** Never rejects. */
  readonly accept: (body: Buffer, headers: IncomingHttpHeaders) => Promise<PostResult>;
  readonly limits?: DoorLimits;
}

const WORDS: Readonly<Record<number, string>> = {
  200: 'no subscription is about this',
  202: 'stored',
  401: 'the token is wrong',
  404: 'not found',
  405: 'method not allowed',
  408: 'the body did not come in time',
  413: 'the body is too large',
  422: 'the body is not an event of Argo CD',
  503: 'the relay cannot store this now',
};

/** The door that Argo CD posts events to. */
export function argocdDoor({ judge, accept, limits = LIMITS, ...options }: ArgoCDDoorOptions): Door {
  return new Door({
    ...options,
    limits,
    words: WORDS,
    judge: async ({ url, method, headers }) => {
      if (url?.split('?', 1)[0] !== DOOR_PATH) return 404;
      if (method !== 'POST') return 405;
      const [, token] = /^Bearer +([\w~+/.=-]{1,512})$/i.exec(headers.authorization ?? '') ?? [];
      const verdict = token === undefined ? 'wrong' : await judge(token);
      if (verdict !== 'right') return verdict === 'wrong' ? 401 : 503;
      return { take: async (body) => POST_STATUSES[await accept(body, headers)] };
    },
  });
}
