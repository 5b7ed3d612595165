import { objectKey } from '../../api/names.ts';
import type { GiteeRouteSpec } from '../../api/relay-route.ts';
import { type Engine, EngineUnavailableError } from '../../engine/types.ts';
import type { GiteeTrigger } from '../../gitee/events.ts';
import { isWanted } from '../../gitee/filter.ts';
import { type GiteeEvent, type GiteePing, readGiteeEvent } from '../../gitee/payload.ts';
import { isNestedBeyond } from '../../lib/json-nesting.ts';
import type { Log } from '../../lib/log.ts';
import type { PostResult } from '../accept.ts';
import { sha256 } from '../dedupe-key.ts';
import type { NewMessage, RelayStore } from '../model.ts';
import type { GiteeRoute } from '../read-route.ts';
import { makeGiteeMessages, pingMessages } from './gitee-messages.ts';

/** A post of Gitee whose signature is right. */
export interface GiteePost {
  readonly route: GiteeRoute;
  readonly body: Buffer;
  /** The time of its signature, as the header has it. */
  readonly timestamp: string;
  /** Whether somebody tries the hook out: the header `X-Gitee-Ping`. */
  readonly isPing: boolean;
}

export interface GiteeAcceptOptions {
  readonly engine: Engine;
  readonly store: Pick<RelayStore, 'accept'>;
  /** Local wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** Messages are stored; `count` says how many of them are new. */
  readonly onStored: (messages: readonly NewMessage[], count: number) => void;
  /** The engine could not make a message. */
  readonly onFailed: () => void;
  /** An event that a subscription wants, or a ping. */
  readonly onEvent: (kind: GiteeTrigger | 'ping') => void;
}

/** Turns a post into messages for the robots of its subscription, and stores these. Never rejects. */
export async function acceptGitee(post: GiteePost, options: GiteeAcceptOptions): Promise<PostResult> {
  const { route, body, timestamp, isPing } = post;
  // A test has a body of any kind.
  const read = isPing ? PING : readPost(body, route.spec.gitee.baseUrl);
  if (!read) return 'unreadable';
  if ('kind' in read) return acceptPing(route, options);
  const wanted = wantedEvents(route.spec, read);
  if (wanted.length === 0) return 'nobody';
  options.onEvent(read.trigger);
  try {
    const about = { read, timestamp, postHash: sha256(body), now: options.now() };
    const messages: NewMessage[] = [];
    for (const event of wanted) {
      const made = await makeGiteeMessages(options.engine, route, event, about);
      messages.push(...made.messages);
      for (let failure = 0; failure < made.failures; failure++) failed(route, options);
    }
    return messages.length === 0 ? 'nobody' : await stored(messages, options);
  } catch (err) {
    const message =
      err instanceof EngineUnavailableError
        ? 'the engine cannot be asked, so an event of Gitee is refused'
        : 'the store cannot be used, so an event of Gitee is refused';
    options.log.warn({ err }, message);
    return 'unavailable';
  }
}

const PING: GiteePing = { kind: 'ping' };

async function acceptPing(route: GiteeRoute, options: GiteeAcceptOptions): Promise<PostResult> {
  options.onEvent('ping');
  try {
    return await stored(pingMessages(route.spec, options.now()), options);
  } catch (err) {
    options.log.warn({ err }, 'the store cannot be used, so a ping of Gitee is refused');
    return 'unavailable';
  }
}

async function stored(messages: readonly NewMessage[], options: GiteeAcceptOptions): Promise<PostResult> {
  options.onStored(messages, await options.store.accept(messages, options.now()));
  return 'stored';
}

/** The log has the subscription, and nothing of the message. */
function failed({ spec: { subscription } }: GiteeRoute, { log, onFailed }: GiteeAcceptOptions): void {
  onFailed();
  const key = objectKey(subscription.namespace, subscription.name);
  log.error({ step: 'render', subscription: key }, LOST);
}

const LOST = 'the engine cannot make a message of a subscription to Gitee, so this message is lost';

/** A push with ten thousand commits has some seventy thousand lists and objects, and none of them is deep. */
const NESTING = { depth: 100, count: 200_000 };

/** Reads the body of a post; undefined if it is not JSON, or nothing that Gitee sends. */
function readPost(body: Buffer, baseUrl: string): GiteeEvent | GiteePing | undefined {
  const text = body.toString('utf8');
  if (isNestedBeyond(text, NESTING)) return undefined;
  try {
    return readGiteeEvent(JSON.parse(text), baseUrl);
  } catch {
    return undefined; // The caller answers that it is no JSON.
  }
}

/** The events of a subscription that an event of Gitee is. */
const wantedEvents = (
  { events, gitee: { branches, tags } }: GiteeRouteSpec,
  event: GiteeEvent,
): readonly GiteeRouteSpec['events'][number][] =>
  events.filter(
    ({ catalogueName, actions }) =>
      catalogueName === event.trigger && isWanted(event, { branches, tags, actions }),
  );
