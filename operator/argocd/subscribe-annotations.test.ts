import { expect, it } from 'vitest';
import { PROJECT_ANNOTATION, projectSubscriptions } from './project-annotation.ts';
import { annotatedServices } from './subscribe-annotations.ts';

const found = (annotation: string, value: string) =>
  annotatedServices({ [annotation]: value }).map(({ service, triggers }) => [service, ...triggers]);
const LIST = 'notifications.argoproj.io/subscriptions';

it.each([
  ['notifications.argoproj.io/subscribe.on-deployed.ding', 'x', [['ding', 'on-deployed']]],
  ['notifications.argoproj.io/subscribe.ding', '', [['ding']]],
  [
    LIST,
    '- trigger: [a, b]\n  destinations:\n  - service: ding\n    recipients: [x]\n',
    [['ding', 'a', 'b']],
  ],
  [`${LIST}.more`, '- destinations: [{service: ding}]', [['ding']]],
  // Of equal fields Argo CD takes the last one.
  [LIST, '- trigger: [a]\n  trigger: [b]\n  destinations: [{service: ding}]', [['ding', 'b']]],
  [LIST, '{', []],
  [LIST, 'text', []],
  ['notified.notifications.argoproj.io', '{}', []],
])('%s: %j', (annotation, value, services) => {
  expect(found(annotation, value)).toEqual(services);
});

it('reads what the operator writes on AppProjects', () => {
  const value = projectSubscriptions([{ recipients: ['dt_r', 'dt_s'], triggers: ['dt_t', 'dt_u'] }]);
  expect(found(PROJECT_ANNOTATION, value)).toEqual([
    ['dt_r', 'dt_t', 'dt_u'],
    ['dt_s', 'dt_t', 'dt_u'],
  ]);
});
