import { describe, expect, it } from 'vitest';
import { liveObject } from '../../core/testing/fixtures.ts';
import { type NearMissInput, nearMisses } from './near-misses.ts';

const GOOD = {
  'service.webhook.ding': 'url: $ding',
  'service.slack': 'token: $slack',
  'template.failed': 'webhook: {ding: {method: POST, body: "{}"}}',
  'trigger.on-sync-failed': '[{when: "app.a == \'b\'", send: [failed], oncePer: app.b}]',
  subscriptions: '[{recipients: [ding, "slack:ops"], triggers: [on-sync-failed], selector: a=b}]',
};

const found = (data: Record<string, string>, more: Partial<NearMissInput> = {}): string[] =>
  nearMisses({ configMap: liveObject({ ...GOOD, ...data }), ...more });

it('says nothing about what is right', () => {
  expect(found({})).toEqual([]);
});

describe('an entry of subscriptions', () => {
  it.each([
    [
      '[{recipients: ["webhook:ding"], triggers: [on-sync-failed]}]',
      'there is no service webhook, so Argo CD sends nothing to the recipient webhook:ding. Did you mean ding?',
    ],
    [
      '[{recipients: [dingg]}]',
      'there is no service dingg, so Argo CD sends nothing to the recipient dingg. Did you mean ding?',
    ],
    [
      '[{recipients: [elsewhere]}]',
      'there is no service elsewhere, so Argo CD sends nothing to the recipient elsewhere.',
    ],
    [
      '[{destinations: [ding], triggers: [on-sync-failed]}]',
      'Argo CD does not read the field destinations, and sends to nobody for this entry. Did you mean recipients?',
    ],
    ['[{services: [ding]}]', 'Did you mean recipients?'],
    ['[{recipient: [ding]}]', 'Did you mean recipients?'],
    [
      '[{recipients: [ding], trigger: [on-sync-failed]}]',
      'the field trigger, and sends only for the default triggers. Did you mean triggers?',
    ],
    [
      '[{recipients: [ding], triggers: [on-sync-failed], selectr: a=b}]',
      'the field selectr, and sends about all Applications. Did you mean selector?',
    ],
    [
      '[{recipients: [ding], triggers: [on-sync-failed], appRegexp: x}]',
      'the field appRegexp. An entry has recipients, triggers and selector',
    ],
    [
      '[{recipients: [ding], triggers: [on-sync-fialed]}]',
      'there is no trigger.on-sync-fialed, so Argo CD sends nothing for it. Did you mean on-sync-failed?',
    ],
    [
      '[{recipients: [ding], triggers: [constructor]}]',
      'there is no trigger.constructor, so Argo CD sends nothing for it.',
    ],
    [
      '- &x {recipients: [ding], triggers: [on-sync-failed]}\n- {<<: *x, tirggers: [on-sync-failed]}',
      'entry 2: Argo CD does not read the field tirggers',
    ],
  ])('%s', (subscriptions, text) => {
    expect(found({ subscriptions })).toEqual([expect.stringContaining(text)]);
    expect(found({ subscriptions })[0]).toMatch(/^subscriptions, entry \d: /);
  });
});

it.each([
  [
    { 'service.webhook.ding': 'url: WEBHOOK_URL' },
    'service.webhook.ding: the url does not begin with https://, so Argo CD cannot send to it.',
  ],
  [{ 'service.webhook.ding': 'urll: x' }, 'service.webhook.ding: the service has no url'],
  [
    { 'trigger.x': '[{when: a, send: [faild]}]' },
    'trigger.x: there is no template.faild, so Argo CD sends nothing for this condition. Did you mean failed?',
  ],
  [
    { 'trigger.x': '[{when: a, send: [failed], oncePer: "15"}]' },
    'trigger.x: oncePer 15 is the same for ever',
  ],
  [
    { 'template.x': 'webhook: {dingg: {method: POST}}' },
    'template.x: the template has a message for the service dingg, which does not exist. So this message is never sent. Did you mean ding (service.webhook.ding)?',
  ],
  [
    { defaultTriggers: '[on-sync-fail]' },
    'defaultTriggers: there is no trigger.on-sync-fail, so Argo CD sends nothing for it. Did you mean on-sync-failed?',
  ],
  [
    { 'service.webhook': 'url: $x', 'template.x': 'webhook: {webhok: {method: POST}}' },
    'Did you mean webhook (service.webhook)?',
  ],
])('a name that nothing has: %j', (data: Record<string, string>, text) => {
  expect(found(data)).toEqual([expect.stringContaining(text)]);
});

describe('an Application or an AppProject', () => {
  it('has a destination without recipients', () => {
    const annotation = 'notifications.argoproj.io/subscriptions';
    const value = '[{trigger: [on-sync-failed], destinations: [{service: ding}, {service: slack}]}]';
    expect(found({}, { applications: [object({}, { [annotation]: value })] })).toEqual([
      `Application argocd/shop, annotation ${annotation}: the destination ding has no recipients, so Argo CD sends nothing to it. Write recipients: [""] below it.`,
    ]);
  });

  const object = (labels: object, annotations: object = {}) =>
    ({ metadata: { name: 'shop', namespace: 'argocd', labels, annotations } }) as never;

  it('that subscribes by a label, which Argo CD does not read', () => {
    const label = 'notifications.argoproj.io/subscribe.on-sync-failed.ding';
    expect(found({}, { applications: [object({ [label]: '', team: 'a' })] })).toEqual([
      `Application argocd/shop: Argo CD reads annotations only, and ${label} is a label, so it subscribes nobody. To subscribe by annotation: kubectl annotate application shop -n argocd ${label}="".`,
    ]);
    expect(found({}, { projects: [object({ [label]: '' })] })).toEqual([
      expect.stringContaining('kubectl annotate appproject shop'),
    ]);
  });

  it('that subscribes to a name that nothing has', () => {
    const annotations = {
      'notifications.argoproj.io/subscribe.on-sync-fialed.ding': '',
      'notifications.argoproj.io/subscribe.on-sync-failed.dig': '',
      'notifications.argoproj.io/subscribe.anything.teams': '',
    };
    expect(found({}, { applications: [object({}, annotations)] })).toEqual([
      expect.stringMatching(
        /^Application argocd\/shop, annotation .*fialed\.ding: .* Did you mean on-sync-failed\?$/,
      ),
      expect.stringMatching(
        /^Application argocd\/shop, annotation .*\.dig: there is no service dig, .* Did you mean ding\?$/,
      ),
    ]);
  });
});

describe('a service in a wrong place', () => {
  const PREFIX = 'notifications.argoproj.io/subscribe.';
  const annotated = (annotations: Record<string, string>) =>
    found({}, { applications: [{ metadata: { name: 'a', annotations } }] });

  it.each([
    ['on-sync-failed.webhook', 'ding', 'there is no service webhook'],
    ['ding.on-sync-failed', '', 'there is no service on-sync-failed'],
  ])('of an annotation: %s', (key, value, text) => {
    const expected = `annotation ${PREFIX}${key}: ${text}, so Argo CD sends nothing to it. Did you mean ding?`;
    expect(annotated({ [PREFIX + key]: value })[0]).toContain(expected);
  });

  it('of a template', () => {
    expect(found({ 'template.failed': 'ding: {method: POST, body: "{}"}' })).toEqual([
      'template.failed: Argo CD does not read the field ding of a template. The message for the service ding belongs below the field ' +
        'webhook, indented by two more spaces.',
    ]);
    expect(found({ 'template.failed': 'slack: {attachments: "[]"}' })).toEqual([]);
  });
});
