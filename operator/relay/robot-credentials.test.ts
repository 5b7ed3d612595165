import { beforeEach, describe, expect, it } from 'vitest';
import type { RelayRoute } from '../api/relay-route.ts';
import type { CredentialReading } from '../cluster/read-credential.ts';
import { config, found, SECRET, subscription, TOKEN, unsigned } from '../core/testing/fixtures.ts';
import { memberKey } from './pool.ts';
import { RobotCredentials } from './robot-credentials.ts';
import { indexRoutes } from './route-index.ts';
import { compiledRoute, routeWith } from './testing/routes.ts';

const URL_OF_TOKEN = `https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`;

let now: number;
let reads: string[];
let secret: CredentialReading['secret'];
let credentials: RobotCredentials;
let routes: readonly RelayRoute[];

beforeEach(() => {
  [now, reads, secret] = [1_000_000, [], found({ webhook: TOKEN, secret: SECRET, other: 'x' })];
  routes = [compiledRoute()];
  credentials = new RobotCredentials({
    config: config(),
    routes: () => indexRoutes(routes).routes,
    now: () => now,
    read: async (namespace, name, keys) => {
      reads.push(`${namespace}/${name} ${[...keys].sort().join(',')}`);
      return { secret };
    },
  });
});

const ROBOT = 'team-payments/payments';
const refusal = (reason: string, isUnknown = false) => ({
  refusal: { reason, isUnknown, message: expect.any(String) },
});

describe('the credentials of a robot', () => {
  it('come from the keys that its routes name, and are kept for five minutes', async () => {
    const wanted = { credential: { url: URL_OF_TOKEN, signingSecret: SECRET } };
    expect(await credentials.credentialOf(ROBOT)).toEqual(wanted);
    now += 5 * 60_000 - 1;
    expect(await credentials.credentialOf(ROBOT)).toEqual(wanted);
    expect(reads).toEqual(['team-payments/payments-dingtalk secret,webhook']);
    now += 1;
    await credentials.credentialOf(ROBOT);
    expect(reads).toHaveLength(2);
  });

  it('are read again at once where the sender asks, or the local clock was set back', async () => {
    await credentials.credentialOf(ROBOT);
    secret = found({ webhook: 'c'.repeat(64), secret: SECRET });
    expect(await credentials.credentialOf(ROBOT, { refresh: true })).toMatchObject({
      credential: { url: expect.stringContaining('cccc') },
    });
    now -= 1;
    await credentials.credentialOf(ROBOT);
    expect(reads).toHaveLength(3);
  });

  it('have no signing secret where the robot has none', async () => {
    routes = [compiledRoute(subscription(), [unsigned()])];
    expect(await credentials.credentialOf(ROBOT)).toEqual({ credential: { url: URL_OF_TOKEN } });
    expect(reads).toEqual(['team-payments/payments-dingtalk webhook']);
  });

  it('follow the references of the routes', async () => {
    await credentials.credentialOf(ROBOT);
    const { spec } = compiledRoute();
    const robots = spec.robots.map((each) => ({ ...each, webhook: { name: 'new', key: 'w' } }));
    routes = [routeWith({ ...spec, robots })];
    await credentials.credentialOf(ROBOT);
    expect(reads.slice(1).sort()).toEqual(['team-payments/new w', 'team-payments/payments-dingtalk secret']);
  });

  it('are not read for a robot that no route names', async () => {
    expect(await credentials.credentialOf('team-payments/other')).toEqual(refusal('CredentialsNotFound'));
    expect(reads).toEqual([]);
  });

  it('of a pool are those of each robot, from its own Secret', async () => {
    const { spec } = compiledRoute();
    const pool = [{ webhook: { name: 'second', key: 'w' } }, { webhook: { name: 'third', key: 'w' } }];
    routes = [routeWith({ ...spec, robots: spec.robots.map((each) => ({ ...each, pool })) })];
    const [, second] = pool.map((each) => memberKey(ROBOT, each)) as [string, string];
    secret = found({ w: TOKEN });
    expect(await credentials.credentialOf(second)).toEqual({ credential: { url: URL_OF_TOKEN } });
    expect(reads).toEqual(['team-payments/third w']);
    secret = { state: 'missing' };
    expect(await credentials.credentialOf(second, { refresh: true })).toEqual({
      refusal: {
        reason: 'CredentialsNotFound',
        isUnknown: false,
        message: expect.stringMatching(/^spec\.pool\[1\]\.webhook\./),
      },
    });
    expect(await credentials.credentialOf(`${ROBOT}#gone`)).toEqual(refusal('CredentialsNotFound'));
    expect(reads).toHaveLength(2);
  });

  it.each<[string, CredentialReading['secret'], object]>([
    ['there is no Secret', { state: 'missing' }, refusal('CredentialsNotFound')],
    ['the key is missing', found({ secret: SECRET }), refusal('CredentialsKeyNotFound')],
    [
      'the host is not allowed',
      found({ webhook: 'https://evil.example/robot/send?access_token=x' }),
      refusal('HostNotAllowed'),
    ],
    ['the webhook is none', found({ webhook: 'a b' }), refusal('InvalidWebhook')],
    ['the signing secret is none', found({ webhook: TOKEN, secret: ' ' }), refusal('InvalidSigningSecret')],
    [
      'the Secret cannot be read',
      { state: 'unreadable', message: 'GET: 403' },
      refusal('CredentialsUnreadable', true),
    ],
  ])('are refused where %s', async (_, given, wanted) => {
    secret = given;
    const answer = await credentials.credentialOf(ROBOT);
    expect(answer).toEqual(wanted);
    expect(JSON.stringify(answer)).not.toContain(TOKEN);
  });
});
