import { describe, expect, it } from 'vitest';
import type { GiteeSubscription, NotificationTemplate } from '../../api/kinds.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  config as anyConfig,
  giteeSubscription,
  NAMESPACE,
  RELAY_URL,
  relayed,
  robot,
  subscription,
  template,
} from '../testing/fixtures.ts';
import { giteeConfig } from './testing/installation.ts';

type Spec = Parameters<typeof giteeSubscription>[1];

const judged = (cr: GiteeSubscription, fields: Partial<Snapshot> = {}) =>
  decide(relayed({ config: giteeConfig(), robots: [robot()], subscriptions: [cr], ...fields })).resolution
    .gitee[0]?.verdict;

const refusal = (spec: Spec, fields: Partial<Snapshot> = {}) => {
  const { reason, message } = judged(giteeSubscription({}, spec), fields)?.refusal ?? {};
  return reason && `${reason}: ${message}`;
};

const warnings = (spec: Spec, fields: Partial<Snapshot> = {}) =>
  judged(giteeSubscription({}, spec), fields)?.warnings.map(({ reason, message }) => `${reason}: ${message}`);

const words = (content: string, fields: { namespace?: string } = {}): NotificationTemplate => ({
  ...template({ name: 'words', ...fields }, ''),
  spec: { message: { text: { content } } },
});

const NATIVE = { gitee: { delivery: 'Native' } } as const;

describe('a subscription to a Gitee repository is refused', () => {
  it('where the host is not allowed, in whatever form it is written', () => {
    expect(refusal({ gitee: { baseUrl: 'https://gitee.example.com' } })).toBe(
      'GiteeHostNotAllowed: spec.gitee.baseUrl: this installation does not allow https://gitee.example.com. Allowed hosts: gitee.com, ' +
        'gitee.ru. Correct the address, or ask the platform team to extend gitee.hosts.',
    );
    const elsewhere = [
      'https://gitee.com.evil.example',
      'http://gitee.com',
      'https://gitee.com:8443',
      'https://gitee.com@evil.example',
      'x',
    ];
    for (const baseUrl of elsewhere)
      expect(refusal({ gitee: { baseUrl } })).toMatch(/^GiteeHostNotAllowed: /);
    const own = giteeConfig({
      gitee: { publicURL: 'https://h.example.com', hosts: ['git.example.com:8443'] },
    });
    expect(refusal({ gitee: { baseUrl: 'https://git.example.com:8443' } }, { config: own })).toBeUndefined();
    expect(refusal({ gitee: { baseUrl: 'https://gitee.com:443' } })).toBeUndefined();
  });

  it.each([
    [{ relay: { url: RELAY_URL } }, "gitee.publicURL of the operator's configuration is not set"],
    [
      { gitee: { publicURL: 'https://h.example.com' } },
      "relay.url of the operator's configuration is not set",
    ],
    [{}, "relay.url and gitee.publicURL of the operator's configuration are not set"],
  ])('where Gitee cannot reach a relay: %j', (fields, what) => {
    expect(refusal({}, { config: anyConfig(fields) })).toBe(
      'GiteeDoorNotConfigured: spec.gitee.delivery: the value is Relay by default, and this installation has no relay that Gitee can ' +
        `reach: ${what}. Ask the platform team, or set spec.gitee.delivery to Native.`,
    );
    expect(refusal(NATIVE, { config: anyConfig(fields) })).toBeUndefined();
  });

  it('where an event has a trigger that is none of Gitee, or an action that its trigger has not', () => {
    expect(refusal({ events: [{ trigger: 'gitee-pull-requests' }] })).toBe(
      'UnknownTrigger: spec.events[0].trigger: there is no trigger gitee-pull-requests about Gitee. Did you mean gitee-pull-request? The ' +
        'triggers are gitee-push, gitee-tag, gitee-issue, gitee-pull-request, gitee-comment.',
    );
    expect(refusal({ events: [{ trigger: 'constructor' }] })).toMatch(/^UnknownTrigger: /);
    expect(
      refusal({
        events: [{ trigger: 'gitee-push' }, { trigger: 'gitee-issue', actions: ['open', 'merge'] }],
      }),
    ).toBe(
      'UnknownAction: spec.events[1].actions[1]: gitee-issue has no action merge. The actions are open, close, reopen, delete, assign, ' +
        'update.',
    );
    expect(
      refusal({ events: [{ trigger: 'gitee-pull-request', actions: ['reopen', 'close'] }] }),
    ).toBeUndefined();
    expect(refusal({ events: [{ trigger: 'gitee-issue', actions: ['repopen' as never] }] })).toContain(
      'Did you mean reopen?',
    );
  });

  it('where a robot or a template is not there, as one about applications is', () => {
    expect(refusal({ robots: [{ name: 'gone' }] })).toBe(
      `RobotNotFound: spec.robots[0].name: there is no DingTalkRobot gone in namespace ${NAMESPACE}.`,
    );
    expect(refusal({}, { robots: [robot({}, { suspend: true })] })).toMatch(
      /^RobotSuspended: spec\.robots\[0\]\.name: /,
    );
    expect(refusal({}, { robots: [robot({}, { timeZone: 'x' })] })).toMatch(
      /^RobotNotReady: spec\.robots\[0\]\.name: /,
    );
    expect(
      refusal(
        { robots: [{ name: 'payments', namespace: 'other' }] },
        { robots: [robot({ namespace: 'other' })] },
      ),
    ).toBe(
      `RobotNotFound: spec.robots[0].name: namespace other shares no DingTalkRobot payments with namespace ${NAMESPACE}. Either the ` +
        `DingTalkRobot does not exist, or its spec.sharedWith.namespaces does not list ${NAMESPACE}.`,
    );
    expect(refusal({ events: [{ trigger: 'gitee-push', template: { name: 'words' } }] })).toMatch(
      /^TemplateNotFound: spec\.events\[0\]\.template\.name: /,
    );
  });

  it('where a template reads events of the other source', () => {
    const ofEvent = (trigger: string) => ({ events: [{ trigger, template: { name: 'words' } }] });
    const refused = (text: NotificationTemplate) => refusal(ofEvent('gitee-push'), { templates: [text] });
    expect(refused(words('{{app.metadata.name}}'))).toBe(
      'TemplateForOtherSource: spec.events[0].template: the template reads applications of Argo CD, and the subscription is about a ' +
        'Gitee repository. Name another template, or remove template to get the message of the trigger.',
    );
    const raw = template({ name: 'words' }, '{"msgtype":"text","text":{"content":"x"}}');
    const config = giteeConfig({ tenancy: { trustedNamespaces: [NAMESPACE] } });
    expect(refusal(ofEvent('gitee-push'), { templates: [raw], config })).toContain(
      'TemplateForOtherSource: spec.events[0].template: the template is a raw one, which only events of Argo CD can have',
    );
    expect(refused(words('{{push.ref}}'))).toBeUndefined();
    expect(refused(words('{{params.a}} {{event.name}}'))).not.toMatch(/^TemplateForOtherSource/);
    const templates = [words('{{push.ref}}')];
    const about = decide(
      relayed({ robots: [robot()], templates, subscriptions: [subscription({}, ofEvent('on-deployed'))] }),
    );
    expect(about.resolution.subscriptions[0]?.verdict.refusal).toMatchObject({
      reason: 'TemplateForOtherSource',
      message: expect.stringContaining(
        'spec.events[0].template: the template reads events of Gitee, and the subscription is about applications of Argo CD.',
      ),
    });
  });

  it('where the message cannot be made', () => {
    const event = { trigger: 'gitee-push', template: { name: 'words', params: { a: 'b' } } };
    expect(refusal({ events: [event] }, { templates: [words('x')] })).toMatch(
      /^UnknownParam: spec\.events\[0\]\.template\.params: /,
    );
  });

  it('where Gitee itself would send, and has a field that only the relay can carry out', () => {
    const all = refusal(
      {
        gitee: { delivery: 'Native', branches: ['main'], tags: ['v*'] },
        events: [
          { trigger: 'gitee-push', actions: ['push'], at: { all: true }, template: { name: 'words' } },
        ],
      },
      { templates: [words('x')] },
    );
    for (const field of [
      'spec.gitee.branches',
      'spec.gitee.tags',
      'spec.events[0].actions',
      'spec.events[0].template',
      'spec.events[0].at',
    ])
      expect(all).toContain(
        `${field}: only the relay can do this, and spec.gitee.delivery is Native: Gitee itself sends its own messages about all ` +
          'events of a trigger. Remove the field, or set spec.gitee.delivery to Relay.',
      );
    expect(all).toMatch(/^NotWithNative: /);
  });

  it('where Gitee would get the secrets of a robot that another namespace shares', () => {
    const shared = robot({ namespace: 'other' }, { sharedWith: { namespaces: [NAMESPACE] } });
    const credentials = new Map([
      [
        'other/payments-dingtalk',
        {
          state: 'found',
          data: { webhook: 'a1b2'.repeat(16), secret: `SEC${'0123456789abcdef'.repeat(4)}` },
        } as const,
      ],
    ]);
    const fields = { robots: [shared], credentials };
    const robots = [{ name: 'payments', namespace: 'other' }];
    expect(refusal({ robots }, fields)).toBeUndefined();
    expect(refusal({ ...NATIVE, robots }, fields)).toBe(
      'RobotNotOwn: spec.robots[0].name: with spec.gitee.delivery Native, Gitee gets the webhook and the signing secret of the robot, and ' +
        `other/payments belongs to another namespace. Use a robot of namespace ${NAMESPACE}, or set spec.gitee.delivery to Relay.`,
    );
  });

  it('where a robot that Gitee itself would send to has keywords, unless the author accepts the loss', () => {
    const fields = { robots: [robot({}, { keywords: ['ops'] })] };
    expect(refusal(NATIVE, fields)).toBe(
      "KeywordLoss: spec.robots[0].name: DingTalkRobot payments has keywords, and DingTalk refuses each of Gitee's own messages that " +
        'contains none of them. Set spec.gitee.delivery to Relay, or accept the loss: write spec.gitee.acceptKeywordLoss: true.',
    );
    expect(refusal({ gitee: { delivery: 'Native', acceptKeywordLoss: true } }, fields)).toBeUndefined();
    expect(refusal({}, fields)).toBeUndefined();
  });

  it('where its namespace is not served, and where it has a field of a later version', () => {
    const config = giteeConfig({ tenancy: { deniedNamespaces: [NAMESPACE], reportUnselected: true } });
    expect(refusal({}, { config })).toMatch(/^NamespaceNotSelected: metadata\.namespace: /);
    expect(refusal({ gitee: { later: 1 } as never })).toMatch(/^UnsupportedField: spec\.gitee\.later: /);
  });
});

describe('a subscription to a Gitee repository is accepted with a warning', () => {
  it.each([
    [{ gitee: { branches: ['main'] }, events: [{ trigger: 'gitee-tag' }] }, 'spec.gitee.branches: no event'],
    [
      { gitee: { branches: ['main'] }, events: [{ trigger: 'gitee-comment', actions: ['issue'] }] },
      'spec.gitee.branches: no event',
    ],
    [{ gitee: { tags: ['v*'] } }, 'spec.gitee.tags: no event of the subscription has a tag'],
    [
      { gitee: { branches: ['main', 'refs/heads/dev'] } },
      'spec.gitee.branches[1]: the filter sees names without refs/heads/, so the pattern matches nothing. Write dev.',
    ],
  ] as [Spec, string][])('about a filter without effect: %j', (spec, message) => {
    expect(warnings(spec)).toEqual([expect.stringContaining(`FilterWithoutEffect: ${message}`)]);
  });

  it.each([
    { gitee: { branches: ['main'] } },
    { gitee: { branches: ['main'] }, events: [{ trigger: 'gitee-comment' }] },
    { gitee: { tags: ['v*'] }, events: [{ trigger: 'gitee-tag' }] },
  ] as Spec[])('and about no other filter: %j', (spec) => {
    expect(warnings(spec)).toEqual([]);
  });

  it('about a robot that Argo CD sends to by itself', () => {
    const direct = { robots: [robot({}, { delivery: 'Direct' })] };
    expect(warnings({}, direct)).toEqual([
      'SeparateBudgets: spec.robots[0].name: the relay sends the messages of this subscription, and Argo CD sends the others of ' +
        'DingTalkRobot payments directly. Nobody counts both, so together they can be more than the 20 messages that DingTalk accepts in ' +
        'a minute. Set spec.delivery of the robot to Relay, or use another robot of the group.',
    ]);
    expect(warnings(NATIVE, direct)).toEqual([]);
  });

  it('about a robot that accepts messages from some addresses only, if Gitee itself is to send', () => {
    const status = {
      conditions: [
        { type: 'Delivering', status: 'False', reason: 'IPNotAllowed', message: '', lastTransitionTime: '' },
      ],
    } as const;
    const robots = [{ ...robot(), status } as never];
    expect(warnings(NATIVE, { robots })).toEqual([
      'GiteeAddressesNotFixed: spec.robots[0].name: DingTalkRobot payments accepts messages from some addresses only, according to its ' +
        'last answer, and the addresses that Gitee sends from are not fixed. Remove the IP ranges from the robot in DingTalk, or set ' +
        'spec.gitee.delivery to Relay.',
    ]);
    expect(warnings({}, { robots })).toEqual([]);
    expect(warnings(NATIVE)).toEqual([]);
  });
});
