import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  credentialsSecret,
  namespace,
  newCredentials,
  robot,
  subscription,
  template,
  typedTemplate,
} from '../../operator/api/testing/manifests.ts';
import { REFUSED_MANIFESTS, TAKEN_MANIFESTS } from '../../operator/files/testing/refused-manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const GOOD = { namespace: 'team-good', name: 'good' };
const BAD = 'team-bad';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: { credentials: { rereadInterval: '1s' } } });
  const { manifests } = realRobot(stage.dingtalk, GOOD);
  await stage.apply(namespace(GOOD.namespace), namespace(BAD));
  await stage.apply(...manifests, subscription(GOOD));
  await stage.conditions('nsub', GOOD.namespace, GOOD.name, { Ready: 'True/Ready' });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const configMap = async () =>
  (await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm')).data ?? {};
const goodKeys = (data: Record<string, string>) =>
  Object.entries(data).filter(([key]) => key.includes('dt_team-good_'));

describe('bad input that the CRDs refuse', () => {
  // operator/files/crd-check.test.ts has lint's word on the same manifests.
  it.each(REFUSED_MANIFESTS)('$title', async ({ manifest, message, field }) => {
    const refusal = expect(stage.cp.create(manifest)).rejects;
    await refusal.toThrow(message);
    await refusal.toThrow(field);
  });

  it.each(TAKEN_MANIFESTS)('but not $title', async ({ manifest }) => {
    await stage.cp.create(manifest, true);
  });
});

describe('bad input that the operator refuses', () => {
  const { token, secret } = newCredentials();
  const good = { webhook: token, secret };
  const robots: [string, Record<string, string> | undefined, string, RegExp][] = [
    ['no Secret', undefined, 'CredentialsNotFound', /Secret team-bad\/\S+ does not exist/],
    ['no such key', { token, secret }, 'CredentialsKeyNotFound', /has no key "webhook"\. Correct the field/],
    ['a value that is too long', { ...good, secret: 'x'.repeat(5_000) }, 'InvalidSigningSecret', /than 4096/],
    [
      'white space inside the token',
      { ...good, webhook: `${token} ${token}` },
      'InvalidWebhook',
      /white space/i,
    ],
    ['an empty token', { ...good, webhook: '' }, 'InvalidWebhook', /empty/i],
    [
      'plain http',
      { ...good, webhook: `http://127.0.0.1/robot/send?access_token=${token}` },
      'InvalidWebhook',
      /https/,
    ],
    [
      'a foreign host',
      { ...good, webhook: `https://dingtalk.example/robot/send?access_token=${token}` },
      'HostNotAllowed',
      /dingtalk\.example/,
    ],
    [
      'a URL as signing secret',
      { ...good, secret: 'https://oapi.dingtalk.com' },
      'InvalidSigningSecret',
      /spec\.signing/,
    ],
  ];

  it.each(robots)('a robot with %s', async (kind, stringData, reason, message) => {
    const where = { namespace: BAD, name: kind.toLowerCase().replaceAll(' ', '-') };
    const before = goodKeys(await configMap());
    await stage.apply(...(stringData ? [credentialsSecret(where, stringData)] : []), robot(where));
    const shown = { Ready: `False/${reason}`, Accepted: `False/${reason}`, Merged: 'False/NotAccepted' };
    const { status } = await stage.conditions('robots', BAD, where.name, shown);
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.message).toMatch(message);
    const after = await configMap();
    expect(goodKeys(after)).toEqual(before);
    expect(Object.keys(after).filter((key) => key.includes('dt_team-bad_'))).toEqual([]);
  });

  it('not, but with a warning: a pasted URL that is signed already', async () => {
    const where = { namespace: BAD, name: 'pasted' };
    const { fake, credentials } = realRobot(stage.dingtalk, where);
    const webhook = `  ${fake.signedUrl(1_600_000_000_000)}\n`;
    await stage.apply(credentialsSecret(where, { webhook, secret: `${credentials.secret}\n` }), robot(where));
    await stage.conditions('robots', BAD, 'pasted', {
      Ready: 'True/Ready',
      Accepted: 'True/PastedSignatureIgnored',
      Signed: 'True/Signed',
    });
    const { data } = await stage.get<KubernetesResource>('secret', ARGOCD, 'argocd-notifications-secret');
    const url = new URL(Buffer.from(data?.['dt_team-bad_pasted'] ?? '', 'base64').toString());
    expect([...url.searchParams.keys()]).toEqual(['access_token', 'timestamp', 'sign']);
    expect(Number(url.searchParams.get('timestamp'))).toBeGreaterThan(1_700_000_000_000);
    // An event is written beside the runs.
    await eventually('the event of the warning', async () => {
      const events = await stage.cp.list<{ reason: string }>('events.events.k8s.io', BAD);
      return events.some(({ reason }) => reason === 'PastedSignatureIgnored');
    });
  });

  it.each([
    [
      'an unknown event',
      { events: [{ trigger: 'on-sync-fialed' }] },
      'UnknownTrigger',
      /Did you mean on-sync-failed\?/,
    ],
    [
      'a robot that is not there',
      { robots: [{ name: 'nobody' }] },
      'RobotNotFound',
      /spec\.robots\[0\]\.name/,
    ],
    [
      'a template that is not there',
      { events: [{ trigger: 'on-deployed', template: { name: 'nothing' } }] },
      'TemplateNotFound',
      /spec\.events\[0\]\.template\.name/,
    ],
    [
      'a robot that another namespace has',
      { robots: [{ name: GOOD.name }] },
      'RobotNotFound',
      /in namespace team-bad/,
    ],
    [
      'another namespace’s robot',
      { robots: [GOOD] },
      'RobotNotFound',
      /namespace team-good shares no DingTalkRobot good with namespace team-bad/,
    ],
  ])('a subscription with %s', async (kind, spec, reason, message) => {
    const where = { namespace: BAD, name: kind.replaceAll(/[^a-z]+/g, '-') };
    const before = goodKeys(await configMap());
    const own = realRobot(stage.dingtalk, where);
    await stage.apply(...own.manifests, subscription(where, spec));
    const shown = { Ready: `False/${reason}`, Merged: 'False/NotAccepted' };
    const { status } = await stage.conditions('nsub', BAD, where.name, shown);
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.message).toMatch(message);
    expect(goodKeys(await configMap())).toEqual(before);
  });

  it.each([
    [
      'a path that is not named in full',
      { message: { text: { content: 'a\n{{metadata.name}}' } } },
      'InvalidTemplate',
      /spec\.message\.text\.content, line 2, column 3: metadata\.name\b/,
    ],
    [
      'other people’s secrets',
      { message: { markdown: { title: 'a', text: '{{secrets.token}}' } } },
      'InvalidTemplate',
      /spec\.message\.markdown\.text, line 1, column 3: secrets\.token: nothing is called secrets here/,
    ],
    [
      'a Go template for Handlebars',
      { message: { text: { content: '{{.app.metadata.name}}' } } },
      'InvalidTemplate',
      /is a Go template\. Write Handlebars here/,
    ],
    [
      'a param that is not declared',
      { message: { text: { content: '{{params.ownr}}' } }, params: { owner: 'a' } },
      'InvalidTemplate',
      /spec\.params has no ownr; it has owner/,
    ],
    [
      'a URL that may be missing',
      { message: { link: { title: 'a', text: 'b', url: '{{app.spec.source.repoURL}}' } } },
      'InvalidTemplate',
      /spec\.message\.link\.url, line 1, column 1: the URL can be empty/,
    ],
    [
      'more text than fits',
      { message: { text: { content: '字'.repeat(8_000) } } },
      'MessageTooLong',
      /the fixed text has 24\d\d\d bytes/,
    ],
  ])('a message with %s', async (kind, spec, reason, message) => {
    const where = { namespace: BAD, name: kind.replaceAll(/[^A-Za-z]+/g, '-').toLowerCase() };
    const before = goodKeys(await configMap());
    const { manifests } = realRobot(stage.dingtalk, where);
    const events = [{ trigger: 'on-deployed', template: { name: where.name } }] as const;
    await stage.apply(typedTemplate(where, spec), ...manifests, subscription(where, { events: [...events] }));
    const { status } = await stage.conditions('ntpl', BAD, where.name, { Ready: `False/${reason}` });
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.message).toMatch(message);
    await stage.conditions('nsub', BAD, where.name, { Ready: 'False/TemplateRefused' });
    expect(goodKeys(await configMap())).toEqual(before);
  });

  it('mentions in a message that has none, and values for params that there are not', async () => {
    const where = { namespace: BAD, name: 'event' };
    const link = { title: 'a', text: 'b', url: '{{appUrl}}' };
    const { manifests } = realRobot(stage.dingtalk, where);
    await stage.apply(...manifests, typedTemplate(where, { message: { link }, params: { owner: 'a' } }));
    const shown = async (event: object, reason: string) => {
      const events = [{ trigger: 'on-deployed', ...event }] as const;
      await stage.apply(subscription(where, { events: [...events] }));
      await stage.conditions('nsub', BAD, where.name, { Ready: `False/${reason}` });
    };
    await shown({ template: { name: 'event' }, at: { all: true } }, 'MentionNotPossible');
    await shown({ template: { name: 'event', params: { ownr: 'b' } } }, 'UnknownParam');
  });

  it('a Go template outside of trusted namespaces', async () => {
    const where = { namespace: BAD, name: 'raw' };
    await stage.apply(template(where, '{{ .secrets }}'));
    await stage.conditions('ntpl', BAD, 'raw', { Ready: 'False/RawTemplateNotTrusted' });
    expect(JSON.stringify(await configMap())).not.toContain('.secrets');
  });
});
