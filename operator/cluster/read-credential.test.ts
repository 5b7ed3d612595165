import { expect, it } from 'vitest';
import { MAX_CREDENTIAL_BYTES } from '../core/model/snapshot.ts';
import { NAMESPACE, robot, SECRET, TOKEN } from '../core/testing/fixtures.ts';
import { NotFoundError } from '../kubernetes/api-error.ts';
import { readCredential, readCredentials } from './read-credential.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const reading = (data: Record<string, string>) =>
  readCredential({
    request: (async () => ({ body: { metadata: { resourceVersion: '7' }, data } })) as never,
  });

it('keeps of a Secret what robots ask for, and nothing that is too long to be a credential', async () => {
  const exact = 'x'.repeat(MAX_CREDENTIAL_BYTES);
  const data = {
    webhook: base64(TOKEN),
    exact: base64(exact),
    long: base64(`${exact}x`),
    other: base64('o'.repeat(1_000_000)),
  };
  const keys = new Set(['webhook', 'exact', 'long', 'absent', 'constructor']);
  expect(await reading(data)('team', 'secret', keys)).toEqual({
    secret: { state: 'found', data: { webhook: TOKEN, exact }, tooLong: new Set(['long']) },
    resourceVersion: '7',
  });
});

it('tells a Secret that is missing from one that could not be read, without what is in the request', async () => {
  const failing = (error: Error) => readCredential({ request: () => Promise.reject(error) });
  const missing = Object.assign(Object.create(NotFoundError.prototype), { message: 'gone' }) as Error;
  expect(await failing(missing)('team', 'secret', new Set())).toEqual({ secret: { state: 'missing' } });
  const message = `no answer from https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`;
  const unreadable = await failing(new Error(message))('team', 'secret', new Set());
  expect(unreadable).toMatchObject({
    secret: { state: 'unreadable', message: expect.stringContaining('no answer') },
  });
  expect(JSON.stringify(unreadable)).not.toContain(TOKEN);
});

it('reads each Secret of many robots once', async () => {
  const read = reading({ webhook: base64(TOKEN), secret: base64(SECRET) });
  const all = await readCredentials(read, [robot(), robot({ name: 'second' })]);
  expect(all).toEqual(
    new Map([
      [`${NAMESPACE}/payments-dingtalk`, { state: 'found', data: { webhook: TOKEN, secret: SECRET } }],
    ]),
  );
});
