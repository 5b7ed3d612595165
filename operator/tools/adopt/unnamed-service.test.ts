import { expect, it } from 'vitest';
import { Inquiry } from '../../core/model/inquiry.ts';
import { ACCEPTING, liveObject } from '../../core/testing/fixtures.ts';
import { adoptionOf } from './adoption.ts';
import { NO_TEAMS } from './teams.ts';

/** The adoption of a configuration whose only service has no name. */
function adopted(url: string) {
  const data = {
    'service.webhook': `url: ${url}`,
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
  return adoptionOf(input, new Inquiry(ACCEPTING));
}

it('a webhook without a name is taken over with its key', () => {
  const { cut, resources } = adopted('https://oapi.dingtalk.com/robot/send?access_token=a');
  expect(cut.keys).toEqual(['service.webhook', 'template.t', 'trigger.t']);
  expect(resources.robots).toMatchObject([
    { metadata: { name: 'webhook', annotations: { 'argocd-dingtalk.io/adopted-from': 'service.webhook' } } },
  ]);
});

it('its own key is named where it is not taken over', () => {
  const { dispositions } = adopted('http://oapi.dingtalk.com/robot/send?access_token=a');
  expect(dispositions.filter(({ isProblem }) => isProblem)).toMatchObject([
    { key: 'service.webhook' },
    { part: 'entry 1, webhook', why: 'service.webhook is not taken over' },
  ]);
});
