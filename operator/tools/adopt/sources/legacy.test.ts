import { expect, it } from 'vitest';
import { legacyProblems } from './legacy.ts';

const RULES = { allowedHosts: ['oapi.dingtalk.com'] };
const CONFIG = `
triggers: [{ name: on-x, condition: "true", template: t }]
templates: [{ name: t, webhook: { ding: { body: x } } }]
subscriptions: [{ recipients: [ding] }]
context: { a: b }
`;
const TOKEN = '0123456789abcdef';
const NOTIFIERS = `
slack: { token: x }
webhook:
  - { name: ding, url: "https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}" }
  - { name: own, url: https://example.com }
`;

it('names each part of config.yaml, and the key to write instead', () => {
  expect(legacyProblems({ 'config.yaml': CONFIG }, undefined, RULES)).toEqual([
    'config.yaml of the ConfigMap, trigger on-x: write it as the key trigger.on-x',
    'config.yaml of the ConfigMap, template t: write it as the key template.t',
    'config.yaml of the ConfigMap, subscriptions: write it as the key subscriptions',
    'config.yaml of the ConfigMap, context: write it as the key context',
  ]);
});

it('names the webhooks of notifiers.yaml that are of DingTalk, or take the place of a key, without their tokens', () => {
  const secret = { 'notifiers.yaml': NOTIFIERS };
  const [problem, ...more] = legacyProblems({}, secret, RULES);
  expect(problem).toMatch(
    /^notifiers\.yaml of the Secret, webhook ding: write it as the key service\.webhook\.ding/,
  );
  expect(problem).not.toContain(TOKEN);
  expect(more).toEqual([]);
  expect(legacyProblems({ 'service.webhook.own': '' }, secret, RULES)).toHaveLength(2);
});

it.each([
  [{}, {}],
  [{ 'config.yaml': '' }, { 'notifiers.yaml': '' }],
  [{ 'config.yaml': '{' }, { 'notifiers.yaml': '- ]' }],
  [{ 'config.yaml': '[]' }, { 'notifiers.yaml': 'slack: {}' }],
])('has nothing to say where there is nothing of it: %j %j', (data, secret) => {
  expect(legacyProblems(data as Record<string, string>, secret, RULES)).toEqual([]);
});
