/**
 * The public door, at which hooks of Gitee post events. installation-key.ts knows the callers, post-shares.ts gives each namespace its
 * share, accept-gitee.ts turns a post into messages. The HTTP server, the routes, the engine and the store are those of the relay.
 */

import type { IncomingMessage } from 'node:http';
import { objectKey } from '../../api/names.ts';
import { GITEE_KEY } from '../../gitee/signature.ts';
import { FairLimiter } from '../../lib/fair-limiter.ts';
import type { Log } from '../../lib/log.ts';
import { POST_STATUSES, type PostResult } from '../accept.ts';
import { type AdmittedPost, Door, type DoorLimits, type DoorOptions } from '../door.ts';
import type { FurtherDoor, FurtherDoorContext } from '../parts.ts';
import { readDoorKey } from '../read-door-key.ts';
import type { GiteeRoute } from '../read-route.ts';
import type { RouteIndex } from '../route-index.ts';
import { acceptGitee, type GiteePost } from './accept-gitee.ts';
import { InstallationKey } from './installation-key.ts';
import { PostShares } from './post-shares.ts';
import { RefusalLog } from './refusal-log.ts';

/** Everybody on the Internet may open connections. */
const LIMITS: DoorLimits = {
  ...{ connections: 512, posts: 64, bodyBytes: 5 * 2 ** 20 },
  ...{ headersMs: 5_000, bodyMs: 10_000, requestMs: 30_000 },
};

export interface GiteeDoorOptions extends Pick<DoorOptions, 'onAnswered' | 'clock'> {
  readonly key: Pick<InstallationKey, 'judge'>;
  /** Undefined until all routes are known. */
  readonly routes: () => Pick<RouteIndex, 'gitee'> | undefined;
  /** Never rejects. */
  readonly accept: (post: GiteePost) => Promise<PostResult>;
  /** The time by which signatures are judged, in milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  readonly limits?: DoorLimits;
}

const WORDS: Readonly<Record<number, string>> = {
  200: 'the subscription wants no message about this',
  202: 'stored',
  // The same for a path without a subscription: nobody learns which ones there are.
  401: 'no subscription has this path, or the signature is wrong, or it is older than ten minutes',
  404: 'not found',
  405: 'method not allowed',
  408: 'the body did not come in time',
  413: 'the body is too large',
  422: 'the body is not an event of Gitee',
  503: 'the relay cannot store this now',
};

const PATH = /^\/gitee\/([a-z0-9][a-z0-9-]{0,62})\/([a-z0-9][a-z0-9-]{0,252})$/;

/** The door that hooks of Gitee post events to. */
export function giteeDoor(options: GiteeDoorOptions): Door {
  const { key, routes, accept, now, log, clock, onAnswered, limits = LIMITS } = options;
  const shares = new PostShares(clock);
  const refusals = new RefusalLog(log, clock);
  // Two events of one subject must not overtake each other.
  const turns = new FairLimiter(LIMITS.posts, 1);

  async function judge({ url = '', method, headers }: IncomingMessage): Promise<AdmittedPost | number> {
    const [, namespace, subscription] = PATH.exec(url.split('?', 1)[0] ?? '') ?? [];
    if (namespace === undefined || subscription === undefined) return 404;
    if (method !== 'POST') return 405;
    const index = routes();
    if (!index) return 503;
    const route = index.gitee(namespace, subscription);
    const verdict = await key.judge(headers, route?.spec.subscription.uid, now);
    if (verdict === 'unknown') return 503;
    if (verdict !== 'right' || !route) {
      if (route) refusals.tell(objectKey(namespace, subscription), verdict === 'late');
      return 401;
    }
    return admission(route, headers);
  }

  function admission(route: GiteeRoute, headers: IncomingMessage['headers']): AdmittedPost {
    const { namespace, uid } = route.spec.subscription;
    return {
      inTurn: async (work) => (await shares.run(namespace, work)) ?? 503,
      take: async (body) => {
        shares.count(namespace, body.length);
        const timestamp = String(headers['x-gitee-timestamp']);
        const isPing = headers['x-gitee-ping'] === 'true';
        return POST_STATUSES[await turns.run(uid, () => accept({ route, body, timestamp, isPing }))];
      },
    };
  }

  return new Door({ judge, words: WORDS, onAnswered, clock, limits });
}

/** The door with its key, for a relay that runs. */
export function createGiteeDoor(context: FurtherDoorContext): FurtherDoor {
  const { namespace, request, routes, metrics, clock, serverTime, log } = context;
  const key = new InstallationKey({
    read: () => readDoorKey(request, namespace, GITEE_KEY.secret, GITEE_KEY.key),
    ...{ clock, log },
  });
  const accepting = {
    ...context,
    onFailed: () => metrics.routeFailed('render'),
    onEvent: metrics.giteeHappened,
  };
  const door = giteeDoor({
    ...{ key, routes, clock, log },
    accept: (post) => acceptGitee(post, accepting),
    now: () => serverTime().getTime(),
    onAnswered: metrics.giteeAnswered,
  });
  return {
    start: () => void key.start(),
    listen: (address) => door.listen(address),
    close: async (timeoutMs) => {
      await door.close(timeoutMs);
      key.close();
    },
  };
}
