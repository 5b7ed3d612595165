import { type GiteeEvent, readGiteeEvent } from '../payload.ts';

export const GITEE = 'https://gitee.com';

/** The event in a body. @throws Error if there is none */
export function eventIn(body: unknown): GiteeEvent {
  const event = readGiteeEvent(body, GITEE);
  if (!event || 'kind' in event) throw new Error('the body has no event');
  return event;
}
