import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import type { FakeDingTalk } from './fake-dingtalk.ts';

/** What came back, the answer's own fields in the middle of it. */
export interface Reply {
  readonly httpStatus: number;
  readonly contentType: unknown;
  readonly errcode: number;
  readonly errmsg: string;
}

/** What to send; what is left out is right for a robot with the token `t` and no security settings. */
export interface Sending {
  readonly url?: string;
  readonly method?: string;
  /** undefined sends no such header. */
  readonly contentType?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when it is text or bytes, and as JSON otherwise. */
  readonly body?: unknown;
}

/** A message that a robot without security settings takes. */
export const HELLO = { msgtype: 'text', text: { content: 'hello' } } as const;

/** An HTTPS client that trusts the fake's certificate. */
export interface Sender {
  send(sending?: Sending): Promise<Reply>;
  close(): Promise<void>;
}

/** Makes a client for the fake's own tests. */
export async function connectSender(fake: FakeDingTalk): Promise<Sender> {
  const agent = new Agent({ connect: { ca: await readFile(fake.caFile, 'utf8') } });
  const send = async (sending: Sending = {}): Promise<Reply> => {
    const { url = `${fake.url}/robot/send?access_token=t`, method = 'POST', body = HELLO } = sending;
    const contentType = 'contentType' in sending ? sending.contentType : 'application/json';
    const raw = typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body);
    const response = await request(url, {
      dispatcher: agent,
      method: method as 'POST',
      headers: { ...(contentType === undefined ? {} : { 'content-type': contentType }), ...sending.headers },
      body: method === 'GET' ? null : raw,
    });
    const answer = (await response.body.json()) as { errcode: number; errmsg: string };
    return { ...answer, httpStatus: response.statusCode, contentType: response.headers['content-type'] };
  };
  return { send, close: () => agent.close() };
}
