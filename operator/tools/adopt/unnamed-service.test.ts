import { expect, it } from 'vitest';
import { Inquiry } from '../../core/model/inquiry.ts';
import { ACCEPTING, liveObject } from '../../core/testing/fixtures.ts';
import { adoptionOf } from './adoption.ts';
import { NO_TEAMS } from './teams.ts';

it('a webhook without a name is taken over with its key', () => {
  const data = {
    'service.webhook': 'url: https://oapi.dingtalk.com/robot/send?access_token=a',
    'template.t': 'webhook: {webhook: {method: POST, body: "{}"}}',
    'trigger.t': '[{when: "app.status.health.status == \'Degraded\'", send: [t]}]',
    subscriptions: '[{recipients: [webhook], triggers: [t]}]',
  };
  const rules = { endpoint: 'https://oapi.dingtalk.com/robot/send', allowedHosts: ['oapi.dingtalk.com'] };
  const input = {
    configMap: liveObject(data),
    secret: {},
    objects: { applications: [], projects: [], applicationSets: [] },
    home: 'argocd',
    namespace: 'argocd',
    teams: NO_TEAMS,
    existing: [],
    rules,
  };
  const { cut, resources } = adoptionOf(input, new Inquiry(ACCEPTING));
  expect(cut.keys).toEqual(['service.webhook', 'template.t', 'trigger.t']);
  expect(resources.robots).toHaveLength(1);
});
