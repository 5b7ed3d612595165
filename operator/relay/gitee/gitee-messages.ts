import { objectKey } from '../../api/names.ts';
import type { GiteeRouteSpec } from '../../api/relay-route.ts';
import { formatContext } from '../../argocd/context-value.ts';
import type { Engine } from '../../engine/types.ts';
import type { GiteeEvent } from '../../gitee/payload.ts';
import { pingMessage } from '../../message/gitee-ping.ts';
import { askBody, type PostedScene } from '../ask-engine.ts';
import { sha256 } from '../dedupe-key.ts';
import type { NewMessage } from '../model.ts';
import type { GiteeRoute } from '../read-route.ts';
import { mentionsIn } from '../rendered-body.ts';

/** What the messages about one post have in common. */
export interface AboutPost {
  readonly read: GiteeEvent;
  /** The time of its signature, as the header has it. */
  readonly timestamp: string;
  readonly postHash: string;
  /** Local wall clock, in milliseconds since 1970. */
  readonly now: number;
}

/** A Gitee message knows nothing of Argo CD. */
const NO_CONTEXT = formatContext({});

/**
 * Makes the messages about an event of a route, for each of its robots.
 * @returns the messages, and how many the engine could not make
 * @throws EngineUnavailableError
 */
export async function makeGiteeMessages(
  engine: Engine,
  route: GiteeRoute,
  event: GiteeRouteSpec['events'][number],
  { read, timestamp, postHash, now }: AboutPost,
): Promise<{ readonly messages: readonly NewMessage[]; readonly failures: number }> {
  const { subscription, robots } = route.spec;
  const { fullName, url } = read.repository;
  const scene = { app: read.roots, now: new Date(now).toISOString() };
  const posted: PostedScene = { scene, contextValue: NO_CONTEXT };
  const messages: NewMessage[] = [];
  for (const { namespace, name, service } of robots) {
    const body = await askBody(engine, route, event.templates, service, posted);
    if (body === undefined) continue;
    // The signature covers the time only, so the body tells a repetition apart from another event of that moment.
    const occurrence = [subscription.uid, event.name, service, timestamp, postHash];
    messages.push({
      dedupeKey: sha256(JSON.stringify(['gitee', ...occurrence])),
      robot: objectKey(namespace, name),
      subscription: objectKey(subscription.namespace, subscription.name),
      application: {
        uid: `gitee:${subscription.uid}:${read.subject}`,
        namespace: '',
        name: fullName,
        ...(url !== undefined && { url }),
      },
      event: { name: event.name, catalogueName: event.catalogueName },
      at: mentionsIn(body),
      body,
    });
  }
  return { messages, failures: robots.length - messages.length };
}

/** A button that somebody presses again and again makes one message in each minute. */
const MINUTE_MS = 60_000;

/** The messages that answer a test of the hook, for each robot of the subscription. */
export function pingMessages({ subscription, robots, gitee }: GiteeRouteSpec, now: number): NewMessage[] {
  const { namespace, name, uid } = subscription;
  const minute = Math.floor(now / MINUTE_MS);
  return robots.map(({ namespace: home, name: robot, service, locale, keywords }) => ({
    dedupeKey: sha256(JSON.stringify(['gitee-ping', uid, service, minute])),
    robot: objectKey(home, robot),
    subscription: objectKey(namespace, name),
    application: { uid: `gitee:${uid}:ping`, namespace: '', name: gitee.repository },
    event: { name: 'ping' },
    at: {},
    body: pingMessage(locale, gitee.repository, keywords),
  }));
}
