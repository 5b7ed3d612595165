import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import type { StoredHook } from './fake-gitee-hooks.ts';

/** An event for a hook: the header's name, and the payload without what Gitee adds for each hook. */
export interface GiteeEventToSend {
  /** Such as `Push Hook`. */
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly ping?: boolean;
}

export interface SendingOptions {
  /** What to trust, PEM. */
  readonly ca?: string;
  /** Replaces the address of the hook's URL, such as where a test has forwarded its port. */
  readonly origin?: string;
  /** Milliseconds since 1970; default: now. */
  readonly timestamp?: number;
}

/** The signature of gitee.com: base64, not encoded for URLs; DingTalk has the same one. */
export const giteeSign = (key: string, timestamp: string): string =>
  createHmac('sha256', key).update(`${timestamp}\n${key}`).digest('base64');

const HOOK_NAMES: Readonly<Record<string, string>> = {
  'Push Hook': 'push_hooks',
  'Tag Push Hook': 'tag_push_hooks',
  'Issue Hook': 'issue_hooks',
  'Merge Request Hook': 'merge_request_hooks',
  'Note Hook': 'note_hooks',
};

/** The headers and the body by which gitee.com posts an event. */
export function giteePost(hook: StoredHook, { event, payload, ping = false }: GiteeEventToSend, at: number) {
  const timestamp = `${at}`;
  const isSigned = hook.encryptionType === 1;
  const sign = isSigned ? giteeSign(hook.password, timestamp) : '';
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'git-oschina-hook',
    'x-gitee-token': isSigned ? sign : hook.password,
    'x-gitee-timestamp': timestamp,
    'x-gitee-event': event,
    'x-gitee-ping': `${ping}`,
    'x-git-oschina-event': event,
  };
  const body = JSON.stringify({
    ...payload,
    hook_name: HOOK_NAMES[event],
    hook_id: hook.id,
    hook_url: `https://gitee.com/hooks/${hook.id}/edit`,
    password: isSigned ? '' : hook.password,
    timestamp,
    sign,
  });
  return { headers, body };
}

/** Posts an event to the hook's URL as gitee.com does; a robot of DingTalk gets a message. Gives the answer. */
export async function sendEvent(
  hook: StoredHook,
  event: GiteeEventToSend,
  { ca, origin, timestamp = Date.now() }: SendingOptions = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const url = new URL(hook.url);
  const isRobot = url.pathname === '/robot/send';
  const { headers, body } = isRobot ? robotPost(event) : giteePost(hook, event, timestamp);
  if (isRobot && hook.encryptionType === 1) {
    url.searchParams.set('timestamp', `${timestamp}`);
    url.searchParams.set('sign', giteeSign(hook.password, `${timestamp}`));
  }
  const target = origin === undefined ? url : new URL(url.pathname + url.search, origin);
  const dispatcher = new Agent({ connect: ca === undefined ? {} : { ca } });
  try {
    const answer = await request(target, { dispatcher, method: 'POST', headers, body });
    return { status: answer.statusCode, text: await answer.body.text() };
  } finally {
    await dispatcher.destroy();
  }
}

function robotPost({ event }: GiteeEventToSend) {
  const text = { msgtype: 'markdown', markdown: { title: event, text: `#### ${event}` } };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(text) };
}
