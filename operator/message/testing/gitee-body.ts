import { type GiteeEvent, readGiteeEvent } from '../../gitee/payload.ts';
import type { RenderingEngine } from '../../template/testing/engine.ts';
import type { Audience, EventMessage } from '../event-message.ts';
import { eventsBody } from '../message.ts';

/** A rendered message in DingTalk's JSON. */
export interface GiteeBody {
  readonly text: string;
  readonly parsed: {
    readonly msgtype: string;
    readonly markdown: { readonly title: string; readonly text: string };
    readonly at?: unknown;
  };
}

/** The event in a body, of a Gitee at gitee.com; undefined if there is none. */
export function eventFrom(body: unknown): GiteeEvent | undefined {
  const event = readGiteeEvent(body, 'https://gitee.com');
  return event && 'kind' in event ? undefined : event;
}

/** A message about an event as the engine makes it. */
export function renderGitee(
  engine: RenderingEngine,
  event: GiteeEvent,
  audience: Partial<Audience> = {},
  message: Partial<EventMessage> = {},
): GiteeBody {
  const about = { name: 'about-gitee', trigger: event.trigger, params: {}, at: {}, ...message };
  const body = eventsBody(
    [about],
    { locale: 'en', timeZone: 'Asia/Shanghai', keywords: [], ...audience },
    undefined,
  );
  const text = engine.render(body, event.roots);
  return { text, parsed: JSON.parse(text) };
}
