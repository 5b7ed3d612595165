import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { locateEngine } from '../../../engine/locate.ts';
import { robot, subscription, template } from '../../api/testing/manifests.ts';
import { engineAsker, Gate } from '../../cluster/gate.ts';
import { config, NOW } from '../../core/testing/fixtures.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { judge } from '../../files/judge.ts';
import { parseManifests } from '../../files/manifests.ts';
import { createLogger } from '../../lib/logger.ts';
import { type PreviewedMessage, previewMessage } from './message.ts';
import { recipientsOf } from './recipients.ts';

let engine: Engine;
let gate: Gate;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
  gate = new Gate(engineAsker(engine), new Map(), createLogger('error', process.stderr));
});
afterAll(() => engine.close());

const where = (name: string) => ({ namespace: 'argocd', name });
const clocks = { now: NOW, serverTime: new Date(0) };

async function preview(
  resources: readonly object[],
  application?: object,
  settings = config(),
): Promise<PreviewedMessage[]> {
  const manifests = resources.flatMap((each) => parseManifests(stringify(each), 'test.yaml'));
  const judged = await judge(manifests, settings, gate, clocks);
  expect(judged.findings.filter(({ accepted }) => !accepted)).toEqual([]);
  const messages: PreviewedMessage[] = [];
  for (const recipient of recipientsOf(judged)) {
    messages.push(await previewMessage(recipient, judged, engine, NOW, application as never));
  }
  return messages;
}

const application = (fields: { metadata?: object; status?: object } = {}) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd', ...fields.metadata },
  spec: { project: 'default', destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' } },
  status: fields.status ?? {},
});

it.each([
  ['of samples', undefined],
  ['of an Application', application()],
])(
  'messages %s are the same by the relay, also where only one robot of a subscription is relayed',
  async (_, app) => {
    const resources = (delivery: string) => [
      robot(where('one'), { delivery }),
      robot(where('two')),
      subscription(where('one'), {
        robots: [{ name: 'one' }, { name: 'two' }],
        events: [{ trigger: 'on-sync-failed' }, { name: 'own', when: "app.metadata.name == 'shop'" }],
      }),
    ];
    const direct = await preview(resources('Direct'), app);
    expect(direct.map(({ event, robot: to, msgtype }) => `${event} ${to} ${msgtype}`)).toEqual([
      'on-sync-failed argocd/one markdown',
      'on-sync-failed argocd/two markdown',
      'own argocd/one markdown',
      'own argocd/two markdown',
    ]);
    const relay = config({ relay: { url: 'http://relay:8080' } });
    expect(await preview(resources('Relay'), app, relay)).toEqual(direct);
  },
);

describe('a message that shows the commit', () => {
  const resources = (delivery: string) => [
    robot(where('one'), { delivery }),
    {
      ...template(where('own'), ''),
      spec: { message: { text: { content: '{{app.metadata.name}} by {{default commit.author "nobody"}}' } } },
    },
    subscription(where('one'), { events: [{ trigger: 'on-deployed', template: { name: 'own' } }] }),
  ];
  const content = async (delivery: string, fields: Record<string, unknown>) => {
    const [message] = await preview(resources(delivery), application(), config(fields));
    return (message?.body as { text?: { content: string } } | undefined)?.text?.content;
  };
  const relay = { url: 'http://relay:8080' };
  const argocd = { api: { url: 'https://argocd-server' } };

  it.each([
    ['a sample of it by the relay', 'Relay', { relay, argocd }, 'shop by Magician'],
    ['nothing of it where the relay cannot ask Argo CD', 'Relay', { relay }, 'shop by nobody'],
    ['nothing of it in direct delivery', 'Direct', { relay, argocd }, 'shop by nobody'],
  ])('has %s', async (_, delivery, fields, text) => {
    expect(await content(delivery, fields)).toBe(text);
  });
});

describe('the condition', () => {
  const resources = [
    robot(where('one')),
    subscription(where('one'), {
      events: [
        { trigger: 'on-sync-failed' },
        { trigger: 'on-health-degraded' },
        {
          name: 'broken',
          when: 'app.status.no.such.field == 1',
          eventTime: 'app.metadata.creationTimestamp',
        },
        { name: 'text', when: "app.metadata.name + ''", eventTime: 'app.metadata.creationTimestamp' },
      ],
    }),
  ];
  const conditions = async (status: object) =>
    (await preview(resources, application({ status }))).map(({ condition, why }) => ({ condition, why }));
  const failed = (finishedAt: string) => ({
    operationState: { phase: 'Failed', startedAt: finishedAt, finishedAt },
  });
  const no = {
    condition: false,
    why: expect.stringMatching(
      /^on-health-degraded is sent when .*; the last operation is Failed, the health is \(none\)/,
    ),
  };

  it('is reported, with the reason if it is not true', async () => {
    const [fires, ...others] = await conditions(failed('2026-11-23T07:00:00Z'));
    expect(fires).toEqual({ condition: true, why: undefined });
    expect(others).toEqual([
      no,
      { condition: false, why: expect.stringMatching(/^the condition fails: cannot fetch/) },
      { condition: false, why: expect.stringMatching(/^the condition fails: /) },
    ]);
  });

  it('that fails by its age alone says so', async () => {
    const [tooOld, notAtAll] = await conditions(failed('2026-11-20T07:00:00Z'));
    expect(tooOld).toEqual({
      condition: false,
      why: expect.stringContaining('longer ago than limits.maxEventAge (24h)'),
    });
    expect(notAtAll).toEqual(no);
  });
});

it('without an Application is made for the state that the event is about', async () => {
  const events = [
    { name: 'slow', when: "app.status?.operationState?.phase == 'Running'" },
    { name: 'suspended', when: "app.status?.health?.status == 'Suspended'" },
    { trigger: 'on-sync-failed' },
  ];
  const applications = { projects: ['payments'], names: ['shop-*'] };
  const messages = await preview([robot(where('one')), subscription(where('one'), { applications, events })]);
  expect(messages.map(({ body, condition }) => [JSON.stringify(body), condition])).toEqual([
    [expect.stringMatching(/shop-guestbook.*payments.*Running/), undefined],
    [expect.stringMatching(/shop-guestbook.*payments.*Suspended/), undefined],
    [expect.stringMatching(/shop-guestbook.*payments.*Failed/), undefined],
  ]);
});

describe('what could not be sent', () => {
  const content = '{{ .app.metadata.labels.team }} {{ .app.metadata.name }}';
  const bodies = [
    `{"msgtype":"text","text":{"content":"${content}"}}`,
    '{"text":"{{ .app.metadata.namespace }}"}',
    '{"msgtype":"text","text":{"content":"{{ repeat 20000 "x" }}"}}',
  ];
  const names = ['one', 'two', 'three'];
  const resources = [
    robot(where('one')),
    ...bodies.map((body, index) => template(where(names[index] as string), body)),
    subscription(where('one'), {
      events: names.map((name) => ({ name, trigger: 'on-deployed', template: { name } })),
    }),
  ];

  it('for its body says so', async () => {
    expect(await preview(resources, application({ metadata: { labels: { team: 'ä' } } }))).toMatchObject([
      { msgtype: 'text', size: 47, body: { text: { content: 'ä shop' } } },
      { msgtype: null, error: 'the body has no msgtype, so DingTalk would refuse it' },
      { msgtype: 'text', size: 20_040, error: 'DingTalk accepts at most 20000 bytes' },
    ]);
  });

  it('for not being JSON shows the body', async () => {
    const [message] = await preview(resources, application({ metadata: { labels: { team: '"' } } }));
    expect(message).toMatchObject({
      msgtype: null,
      body: '{"msgtype":"text","text":{"content":"" shop"}}',
      error: expect.stringContaining('is not JSON'),
    });
  });

  it('for a template that fails has the engine’s words', async () => {
    const [message] = await preview(resources, application({ metadata: { labels: 'none' } }));
    expect(message).toMatchObject({
      ...{ msgtype: null, size: 0, body: null },
      error: expect.stringContaining("can't evaluate field team"),
    });
  });
});
