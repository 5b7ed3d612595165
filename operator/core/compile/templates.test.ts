import { describe, expect, it } from 'vitest';
import { subscriptionKeyName, templateKey, triggerKey } from '../../argocd/names.ts';
import { readTemplate } from '../../argocd/template-value.ts';
import { decide } from '../decide.ts';
import type { GateAnswer, GateRequest } from '../model/engine-api.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  ACCEPTING,
  config,
  liveObject,
  NAMESPACE,
  robot,
  settled,
  snapshot,
  subscription,
  template,
} from '../testing/fixtures.ts';

const NAME = subscriptionKeyName(NAMESPACE, 'payments');
const RAW = '{"msgtype":"text","text":{"content":"raw"}}';
const typed = { trigger: 'on-sync-failed' };
const other = { trigger: 'on-deployed' };
const raw = { trigger: 'on-created', template: { name: 'raw' } };
const robots = [robot(), robot({ name: 'second' })];

/** A subscription to these events, in a namespace that may use raw templates. */
const withEvents = (events: object[], fields: Partial<Snapshot> = {}): Snapshot =>
  snapshot({
    config: config({ tenancy: { trustedNamespaces: [NAMESPACE], projects: { payments: [NAMESPACE] } } }),
    robots,
    templates: [template({ name: 'raw' }, RAW)],
    subscriptions: [
      subscription(
        {},
        { robots: [{ name: 'payments' }, { name: 'second' }], events: events as [typeof typed] },
      ),
    ],
    ...fields,
  });

/**
 * The templates of a plan, by the part of their names after the subscription's name, and the templates that each trigger
 * sends.
 */
function sentIn({ configMap }: { readonly configMap: Readonly<Record<string, string>> }) {
  const short = (name: string) => name.slice(NAME.length);
  const kind = (value: string) =>
    readTemplate(value) ? 'bodies' : (JSON.parse(value) as { message: string }).message;
  const of = (prefix: string) => Object.entries(configMap).filter(([key]) => key.startsWith(prefix));
  return {
    templates: Object.fromEntries(of('template.').map(([key, value]) => [short(key.slice(9)), kind(value)])),
    sends: of('trigger.').map(([, value]) => (JSON.parse(value) as [{ send: string[] }])[0].send.map(short)),
  };
}

describe('the messages of a subscription', () => {
  it('stand in one template, if there are several', () => {
    expect(sentIn(decide(withEvents([typed, other])).plan)).toEqual({
      templates: {
        '': 'bodies',
        '_on-sync-failed': '{{$_:=set . `M` 0}}',
        '_on-deployed': '{{$_:=set . `M` 1}}',
      },
      sends: [
        ['_on-sync-failed', ''],
        ['_on-deployed', ''],
      ],
    });
  });

  it('stand by themselves, if they are raw or alone', () => {
    expect(sentIn(decide(withEvents([typed, raw])).plan)).toEqual({
      templates: { '_on-sync-failed': 'bodies', '_on-created': 'bodies' },
      sends: [['_on-sync-failed'], ['_on-created']],
    });
    expect(sentIn(decide(withEvents([typed, raw, other])).plan)).toEqual({
      templates: {
        '_on-sync-failed': '{{$_:=set . `M` 0}}',
        '_on-created': 'bodies',
        '_on-deployed': '{{$_:=set . `M` 1}}',
        '': 'bodies',
      },
      sends: [['_on-sync-failed', ''], ['_on-created'], ['_on-deployed', '']],
    });
  });

  it('are said once for robots whose groups read the same', () => {
    const { configMap } = decide(withEvents([typed, other])).plan;
    expect(configMap[templateKey(NAME)]?.match(/sync failed/g)).toHaveLength(2); // in title and text
    const chinese = withEvents([typed, other], {
      robots: [robot(), robot({ name: 'second' }, { locale: 'zh-CN' })],
    });
    const template = readTemplate(decide(chinese).plan.configMap[templateKey(NAME)] ?? '');
    expect(template?.webhook[`dt_${NAMESPACE}_payments`]?.body).toContain('sync failed');
    expect(template?.webhook[`dt_${NAMESPACE}_second`]?.body).toContain('同步失败');
  });
});

describe('the template that they stand in', () => {
  const live = settled(withEvents([typed, other]));
  const broken = {
    subscriptions: [
      subscription(
        { generation: 2 },
        { robots: [{ name: 'payments' }, { name: 'second' }], events: [{ trigger: 'nonsense' }] },
      ),
    ],
  };

  it('stays when its subscription is broken, without robots that go', () => {
    expect(decide({ ...live, ...broken }).writes.steps).toEqual([]);
    const { plan } = decide({ ...live, ...broken, robots: [robot()] });
    const { webhook } = readTemplate(plan.configMap[templateKey(NAME)] ?? '') ?? {};
    expect(Object.keys(webhook ?? {})).toEqual([`dt_${NAMESPACE}_payments`]);
    expect(webhook).toEqual({
      [`dt_${NAMESPACE}_payments`]: { method: 'POST', body: expect.stringMatching(/deployed/) },
    });
  });

  it('goes when a single message is left, and with the subscription', () => {
    const events = [typed] as [typeof typed];
    const one = settled({ ...live, subscriptions: [subscription({ generation: 2 }, { events })] });
    expect(Object.keys(one.target.configMap?.data ?? {})).not.toContain(templateKey(NAME));
    expect(settled({ ...live, robots: [], subscriptions: [] }).target.configMap?.data).toEqual({});
  });

  it('is known by the robots in Argo CD’s object, if the shared key was reset', () => {
    const { subscriptions: _, ...data } = live.target.configMap?.data ?? {};
    const target = { ...live.target, configMap: liveObject(data) };
    const { plan } = decide({ ...live, ...broken, target });
    expect(plan.entries[0]?.recipients).toEqual([`dt_${NAMESPACE}_payments`, `dt_${NAMESPACE}_second`]);
  });

  it('is never taken over from somebody else', () => {
    const target = {
      configMap: liveObject({ [templateKey(NAME)]: 'message: theirs' }),
      secret: liveObject(),
    };
    const { resolution, plan } = decide(withEvents([typed, other], { target }));
    expect(resolution.subscriptions[0]?.verdict.refusal).toMatchObject({
      reason: 'KeyTaken',
      message: expect.stringContaining(templateKey(NAME)),
    });
    expect(plan.configMap[triggerKey(`${NAME}_on-deployed`)]).toBeUndefined();
  });

  it.each([
    [2, 'spec.events[0].template'],
    [3, 'spec.events[2].template'],
    [1, 'spec.events'],
    [undefined, 'spec.events'],
  ])('tells by the line that the engine names which event is meant (%s)', (line, field) => {
    const problem = { key: templateKey(NAME), message: 'no', ...(line !== undefined && { line }) };
    const answers = new Map<string, GateAnswer>();
    const answerTo = (request: GateRequest) =>
      'configMap' in request && templateKey(NAME) in request.configMap
        ? ({ ok: false, errors: [problem] } as GateAnswer)
        : (ACCEPTING.get('') as GateAnswer);
    const before = withEvents([typed, raw, other], { answers });
    for (let decision = decide(before); decision.questions.size > 0; decision = decide(before)) {
      for (const [key, { request }] of decision.questions) answers.set(key, answerTo(request));
    }
    const { message } = decide(before).resolution.subscriptions[0]?.verdict.refusal ?? {};
    expect(message).toContain(
      `Argo CD's engine refuses the text. ${field}${line === undefined ? '' : `, line ${line}`}: no`,
    );
  });
});
