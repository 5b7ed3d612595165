import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ADOPTED_FROM } from '../../api/names.ts';
import type { Adoption } from './adoption.ts';
import {
  body,
  entry,
  FAILED,
  list,
  problems,
  SMALL,
  service,
  startAdopter,
  subscriptions,
  taken,
  template,
  trigger,
} from './testing/adopted.ts';

const ACK = new URL('../../../test/e2e/ack-seed.configmap.yaml', import.meta.url);
const URL_OF = 'https://oapi.dingtalk.com/robot/send?access_token=';

let adopter: ReturnType<typeof startAdopter>;
beforeAll(() => {
  adopter = startAdopter();
});
afterAll(() => adopter.close());
const adopted: typeof adopter.adopted = (...input) => adopter.adopted(...input);

it.each(['service.webhook.ding', 'template.a', 'trigger.a', 'defaultTriggers', 'defaultTriggers.ding'])(
  'takes nothing over where a value can not be read, since its content would be lost: %s',
  async (key) => {
    await expect(adopted({ [key]: '{' })).rejects.toThrow(`the key ${key} cannot be read`);
  },
);

describe('the recipe for ACK', () => {
  it('becomes the custom resources of samples/ack-seed, and nothing of it is left but context', async () => {
    const { data } = parse(readFileSync(ACK, 'utf8')) as { data: Record<string, string> };
    const adoption = await adopted({ ...data, 'service.webhook.dingtalk': service('a') });
    const sample = (file: string) =>
      parse(
        readFileSync(new URL(`../../../samples/ack-seed/${file}`, import.meta.url), 'utf8').split(
          '\n---\n',
        )[0] ?? '',
      );
    expect(subscriptions(adoption)).toEqual([sample('subscription.yaml').spec]);
    expect(adoption.resources.templates).toHaveLength(3);
    expect(adoption.resources.templates[1]).toMatchObject({
      metadata: { name: 'app-sync-change' },
      spec: sample('templates.yaml').spec,
    });
    expect(problems(adoption)).toEqual([]);
    expect(adoption.cut).toEqual({
      keys: Object.keys(data)
        .filter((key) => !['context', 'subscriptions'].includes(key))
        .sort(),
    });
    expect(adoption.dispositions.filter(({ isTaken }) => !isTaken).map(({ key }) => key)).toEqual([
      'context',
    ]);
  });
});

describe('services', () => {
  const withUrl = (url: string, secret?: Record<string, string>) =>
    adopted({ ...SMALL, 'service.webhook.ding': JSON.stringify({ url }) }, { secret });
  const credential = ({ resources }: Adoption) => resources.credentials.map(({ webhook }) => webhook);

  it.each([
    ['a key of the Secret', '$ding', { ding: `${URL_OF}a\n` }, `${URL_OF}a`],
    ['a part from the Secret', `${URL_OF}$t`, { t: 'b' }, `${URL_OF}b`],
    ['an unknown part', `${URL_OF}$t`, {}, undefined],
    ['a URL that only its name tells', '$ding', {}, undefined],
    ['a key that every object has', '$constructor', {}, undefined],
    ['a pasted signature', `${URL_OF}a&timestamp=1&sign=x`, {}, `${URL_OF}a`],
  ])('become robots: %s', async (_, url, secret, wanted) => {
    const adoption = await withUrl(url, secret);
    expect(credential(adoption)).toEqual([wanted]);
    expect(
      JSON.stringify({ ...adoption, resources: { ...adoption.resources, credentials: [] } }),
    ).not.toContain(URL_OF);
  });

  it.each([
    ['of others', 'https://example.com/robot/send?access_token=a', []],
    ['that nobody knows', '$x/relay', [/service.webhook.ding: \$x of the Secret is not known/, /entry 1/]],
    ['that every object has', '$constructor/relay', [/\$constructor of the Secret is not known/, /entry 1/]],
    [
      'without TLS',
      'http://oapi.dingtalk.com/robot/send?access_token=a',
      [/service.webhook.ding: .*https/, /entry 1, ding: service.webhook.ding is not taken over/],
    ],
  ])('stay: %s', async (_, url, why) => {
    const adoption = await withUrl(url);
    expect(taken(adoption)).toEqual([]);
    expect(adoption.resources.robots).toEqual([]);
    expect(problems(adoption)).toEqual(why.map((each) => expect.stringMatching(each)));
  });

  it('say what a robot has no place for, and which keys of the Secret are idle then', async () => {
    const options = {
      url: '$ding',
      headers: [{ name: 'X-A', value: '$x' }],
      insecureSkipVerify: true,
      retryMax: 2,
    };
    const adoption = await adopted(
      { ...SMALL, 'service.webhook.ding': JSON.stringify(options), 'service.slack': 'token: $x' },
      { secret: { ding: `${URL_OF}a`, x: 'y' } },
    );
    expect(adoption.notes.join()).toContain('not taken over: the header X-A, insecureSkipVerify.');
    expect(adoption.idleSecretKeys).toEqual(['ding']);
  });
});

describe('entries', () => {
  it('keep whoever else is in them, with what that is sent', async () => {
    const shared = {
      'service.slack': 'token: x',
      subscriptions: '- recipients: [ding, slack:ops] # both\n  triggers: [failed]\n',
    };
    const adoption = await adopted({ ...SMALL, ...shared });
    expect(adoption.cut).toEqual({
      keys: ['service.webhook.ding'],
      subscriptions: '- recipients: [slack:ops] # both\n  triggers: [failed]\n',
    });
    expect(adoption.dispositions.find(({ key }) => key === 'template.failed')?.why).toBe(
      'a trigger that stays sends it',
    );
  });

  it('of several services with the same events make one subscription', async () => {
    const two = template(['ding', 'same'], ['Dong_2', 'same']);
    const adoption = await adopted({
      ...SMALL,
      'service.webhook.Dong_2': service('b'),
      'template.failed': two,
      subscriptions: list(entry(['ding', 'Dong_2'], ['failed'])),
    });
    expect(subscriptions(adoption)).toMatchObject([
      {
        robots: [{ name: 'ding' }, { name: 'dong-2' }],
        events: [{ trigger: 'on-sync-failed', name: 'failed', template: { name: 'failed' } }],
      },
    ]);
  });

  it('of services with different messages make one each', async () => {
    const adoption = await adopted({
      ...SMALL,
      'service.webhook.dong': service('b'),
      'template.failed': template(['ding', 'one'], ['dong', 'other']),
      subscriptions: list(entry(['ding', 'dong'], ['failed'])),
    });
    expect(
      subscriptions(adoption).map(({ robots, events }) => [robots[0]?.name, events[0]?.template?.name]),
    ).toEqual([
      ['ding', 'failed-ding'],
      ['dong', 'failed-dong'],
    ]);
  });

  it.each<[string, (string | undefined)[], unknown[], RegExp]>([
    ['all of them', [undefined, 'tier=gold'], [{ all: true }], /^(?!.*twice)/],
    [
      'the same',
      ['tier=gold', 'tier=gold'],
      [{ selector: { matchLabels: { tier: 'gold' } } }],
      /^(?!.*twice)/,
    ],
    [
      'labels of which an Application has one only',
      ['tier=gold', 'tier=silver'],
      [{ selector: { matchLabels: { tier: 'gold' } } }, { selector: { matchLabels: { tier: 'silver' } } }],
      /^(?!.*twice)/,
    ],
    [
      'labels of which an Application may have both',
      ['tier=gold,zone', 'team=a'],
      [
        {
          selector: {
            matchLabels: { tier: 'gold' },
            matchExpressions: [{ key: 'zone', operator: 'Exists' }],
          },
        },
        {
          selector: {
            matchLabels: { team: 'a' },
            matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['gold'] }],
          },
        },
        {
          selector: {
            matchLabels: { team: 'a', tier: 'gold' },
            matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }],
          },
        },
      ],
      /^(?!.*twice)/,
    ],
    [
      'more than selectors can tell apart',
      ['a,b,c,d,e', 'f'],
      [expect.anything(), { selector: { matchExpressions: [{ key: 'f', operator: 'Exists' }] } }],
      /trigger.failed, ding: .* twice about an Application .*: a,b,c,d,e; f/,
    ],
  ])('do not meet where the engine sends once: %s', async (_, selectors, covered, notes) => {
    const entries = selectors.map((selector) => entry(['ding'], ['failed'], selector));
    const adoption = await adopted({ ...SMALL, subscriptions: list(...entries) });
    expect(subscriptions(adoption).map(({ applications }) => applications)).toEqual(covered);
    expect(adoption.notes.join()).toMatch(notes);
  });

  it('without triggers mean the default ones, which stay for annotations', async () => {
    const adoption = await adopted({
      ...SMALL,
      defaultTriggers: '[failed]',
      subscriptions: list({ recipients: ['ding'] }),
    });
    expect(subscriptions(adoption)).toMatchObject([{ events: [{ trigger: 'on-sync-failed' }] }]);
    expect(taken(adoption)).toEqual(['service.webhook.ding', 'entry 1, ding']);
  });

  it('with more events than a subscription takes make several', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `t${index}`);
    const adoption = await adopted({
      ...SMALL,
      ...Object.fromEntries(names.map((name) => [`trigger.${name}`, trigger(FAILED, 'failed')])),
      subscriptions: list(entry(['ding'], names)),
    });
    expect(
      adoption.resources.subscriptions.map(({ metadata, spec }) => [metadata.name, spec.events.length]),
    ).toEqual([
      ['ding', 20],
      ['ding-2', 5],
    ]);
  });
});

describe('triggers', () => {
  const withTrigger = (conditions: object[], more: Record<string, string> = {}) =>
    adopted({ ...SMALL, 'trigger.failed': JSON.stringify(conditions), ...more });

  it('of one’s own keep their conditions, each of which is an event', async () => {
    const adoption = await withTrigger([
      { when: "app.status.health.status == 'Missing'", send: ['failed'] },
      { when: "app.spec.project == 'x'", oncePer: 'app.status.sync.revision', send: ['failed'] },
    ]);
    expect(subscriptions(adoption)[0]?.events).toEqual([
      {
        name: 'failed-1',
        when: "app.status.health.status == 'Missing'",
        eventTime: 'app.status?.health?.lastTransitionTime',
        template: { name: 'failed' },
      },
      {
        name: 'failed-2',
        when: "app.spec.project == 'x'",
        oncePer: 'app.status.sync.revision',
        template: { name: 'failed' },
      },
    ]);
    expect(adoption.notes.join()).toMatch(/derived from the condition.*does not say when the event happened/);
  });

  it('send the last of several templates', async () => {
    const adoption = await withTrigger([{ when: FAILED, send: ['failed', 'later', 'silent'] }], {
      'template.later': template(['ding', 'later']),
      'template.silent': 'message: x',
    });
    expect(adoption.resources.templates.map(({ spec }) => spec.message.raw)).toEqual([body('later')]);
  });

  it('without a message for the service get that of the catalogue, and say so', async () => {
    const adoption = await adopted({ ...SMALL, 'template.failed': 'message: x' });
    expect(subscriptions(adoption)[0]?.events).toEqual([{ trigger: 'on-sync-failed', name: 'failed' }]);
    expect(adoption.notes.join()).toContain('Argo CD sends a GET today, which DingTalk refuses');
  });

  it.each([
    ['reads secrets', { when: "'x' in secrets", send: ['failed'] }, /when: secrets is not available/],
    [
      'is once per anything',
      { when: 'true', oncePer: 'time.Now()', send: ['failed'] },
      /oncePer: the expression may only consist of fields/,
    ],
    ['is too long', { when: `true or '${'x'.repeat(1100)}' == ''`, send: ['failed'] }, /more than 1024/],
  ])('stay with the entry if the condition %s', async (_, condition, why) => {
    const adoption = await withTrigger([condition]);
    expect(problems(adoption)).toEqual([expect.stringContaining('service'), expect.stringMatching(why)]);
    expect(taken(adoption)).toEqual([]);
    expect(adoption.resources.subscriptions).toEqual([]);
  });

  it.each([
    ['a path', { method: 'POST', path: 'x', body: '{}' }, /the message has a path/],
    ['GET', { body: '{}' }, /the method is GET/],
    ['no body', { method: 'post' }, /the message has no body/],
    ['no JSON', { method: 'POST', body: 'hello' }, /body: .*not JSON/],
  ])('stay with the entry if the template has %s', async (_, part, why) => {
    const adoption = await adopted({
      ...SMALL,
      'template.failed': JSON.stringify({ webhook: { ding: part } }),
    });
    expect(problems(adoption)).toEqual([expect.stringContaining('service'), expect.stringMatching(why)]);
  });

  it('that send nothing today are no events', async () => {
    const adoption = await withTrigger([
      { send: ['failed'] },
      { when: FAILED },
      { when: FAILED, send: ['nowhere'] },
    ]);
    expect(subscriptions(adoption)).toEqual([]);
    expect(adoption.notes).toHaveLength(3);
  });
});

describe('what stays', () => {
  const STRANGE = {
    'trigger.strange': trigger("'x' in secrets", 'failed'),
    'trigger.third': trigger(FAILED, 'failed'),
  };

  it('is a trigger, and not its neighbours', async () => {
    const adoption = await adopted({
      ...SMALL,
      ...STRANGE,
      subscriptions:
        '- recipients: [ding] # one\n  triggers: [failed, strange]\n- recipients: [ding]\n  triggers: [third]\n- recipients: [ding]\n  triggers: [strange]\n  selector: a=b\n',
    });
    expect(adoption.cut.subscriptions).toBe(
      '- recipients: [ding] # one\n  triggers: [strange]\n- recipients: [ding]\n  triggers: [strange]\n  selector: a=b\n',
    );
    expect(taken(adoption)).toEqual([
      'trigger.failed',
      'trigger.third',
      'entry 1, ding for failed',
      'entry 2, ding',
    ]);
    expect(subscriptions(adoption)[0]?.events.map(({ name }) => name)).toEqual(['failed', 'third']);
    // The cause is said once.
    expect(problems(adoption)).toEqual([
      'service.webhook.ding: subscribers that stay send to it',
      expect.stringMatching(/^entry 1, ding, entry 3, ding: trigger.strange: .*secrets/),
    ]);
  });

  it('is the default triggers that remain, in words', async () => {
    const adoption = await adopted({
      ...SMALL,
      ...STRANGE,
      defaultTriggers: '[failed, strange]',
      subscriptions: '- recipients: [ding]\n',
    });
    expect(adoption.cut.subscriptions).toBe('- {"recipients":["ding"],"triggers":["strange"]}\n');
  });

  it('keeps all entries for the same event of the same Applications, so nothing is sent twice', async () => {
    const adoption = await adopted({
      ...SMALL,
      ...STRANGE,
      subscriptions: list(
        entry(['ding'], ['failed', 'third'], 'size>3,tier=gold'),
        entry(['ding'], ['failed'], 'tier=silver'),
        entry(['ding'], ['third']),
      ),
    });
    expect(taken(adoption)).toEqual(['entry 2, ding']);
    expect(problems(adoption)).toEqual([
      expect.stringContaining('service.webhook.ding'),
      expect.stringContaining('entry 1, ding: a NotificationSubscription cannot express the selector size>3'),
      expect.stringMatching(/^entry 3, ding: trigger.third: entry 1 .* send it twice/),
    ]);
  });

  it('is an entry that sends nothing today', async () => {
    const idle = entry(['ding'], ['nowhere']);
    const alone = await adopted({ ...SMALL, subscriptions: list(idle) });
    expect(taken(alone)).toEqual([]);
    expect(problems(alone)).toEqual([
      'entry 1, ding: nothing is sent for it today, so nothing takes its place (there is no trigger.nowhere, so Argo CD sends ' +
        'nothing for it). Correct or remove it.',
    ]);
    const beside = await adopted({ ...SMALL, subscriptions: list(idle, entry(['ding'], ['failed'])) });
    expect(taken(beside)).toEqual([
      'service.webhook.ding',
      'template.failed',
      'trigger.failed',
      'entry 2, ding',
    ]);
    expect(problems(beside)).toEqual([]);
    const none = await adopted({ ...SMALL, subscriptions: list({ recipients: ['ding', 'slack:x'] }) });
    expect(problems(none)).toEqual([expect.stringMatching(/^entry 1, ding: nothing is sent for it today/)]);
  });
});

describe('names', () => {
  const existing = (adoption: Adoption, origin?: string) =>
    [...adoption.resources.robots, ...adoption.resources.templates, ...adoption.resources.subscriptions].map(
      (draft) => ({
        ...draft,
        metadata: {
          ...draft.metadata,
          ...(origin !== undefined && { annotations: { [ADOPTED_FROM]: origin } }),
        },
      }),
    );
  const namesOf = ({ resources }: Adoption) =>
    [...resources.robots, ...resources.templates, ...resources.subscriptions].map(
      ({ metadata }) => metadata.name,
    );

  it('are those of what was adopted from the same before, and no others', async () => {
    const first = await adopted(SMALL);
    expect(namesOf(first)).toEqual(['ding', 'failed', 'ding']);
    expect(namesOf(await adopted(SMALL, { existing: existing(first) }))).toEqual(['ding', 'failed', 'ding']);
    expect(namesOf(await adopted(SMALL, { existing: existing(first, 'else') }))).toEqual([
      'ding-2',
      'failed-2',
      'ding-2',
    ]);
  });

  it('are new for entries that are read again after an edit, so that what was taken over stays', async () => {
    const first = await adopted(SMALL);
    const edited = {
      ...SMALL,
      'trigger.more': trigger(FAILED, 'failed'),
      subscriptions: list(entry(['ding'], ['more'])),
    };
    expect(namesOf(await adopted(edited, { existing: existing(first) }))).toEqual([
      'ding',
      'failed',
      'ding-2',
    ]);
  });
});
