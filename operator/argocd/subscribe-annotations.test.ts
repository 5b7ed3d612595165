import { expect, it } from 'vitest';
import { PROJECT_ANNOTATION, projectSubscriptions } from './project-annotation.ts';
import {
  type AnnotatedService,
  annotatedServices,
  legacyServices,
  withoutLegacyServices,
} from './subscribe-annotations.ts';

const shown = (found: readonly AnnotatedService[]) =>
  found.map(({ service, recipients, triggers }) => [service, recipients, ...triggers]);
const found = (annotation: string, value: string) => shown(annotatedServices({ [annotation]: value }));
const LIST = 'notifications.argoproj.io/subscriptions';
const LEGACY = 'recipients.argocd-notifications.argoproj.io';

it.each([
  ['notifications.argoproj.io/subscribe.on-deployed.ding', '', [['ding', [''], 'on-deployed']]],
  ['notifications.argoproj.io/subscribe.on-deployed.slack', 'x; y;', [['slack', ['x', 'y'], 'on-deployed']]],
  ['notifications.argoproj.io/subscribe.on-deployed.ding', ' ', [['ding', [], 'on-deployed']]],
  ['notifications.argoproj.io/subscribe.ding', '', [['ding', ['']]]],
  ['notifications.argoproj.io/subscribe..ding', '', [['ding', ['']]]],
  [
    LIST,
    '- trigger: [a, b]\n  destinations:\n  - service: ding\n    recipients: [x]\n',
    [['ding', ['x'], 'a', 'b']],
  ],
  [`${LIST}.more`, '- destinations: [{service: ding}]', [['ding', []]]],
  [LIST, '- Trigger: [a]\n  Destinations: [{Service: ding, recipients: [""]}]', [['ding', [''], 'a']]],
  // Argo CD has no such field, so the default triggers count.
  [LIST, '- triggers: [a]\n  destinations: [{service: ding, recipients: [""]}]', [['ding', ['']]]],
  // Of equal fields Argo CD takes the last one.
  [LIST, '- trigger: [a]\n  trigger: [b]\n  destinations: [{service: ding}]', [['ding', [], 'b']]],
  [LIST, '{', []],
  [LIST, 'text', []],
  ['notified.notifications.argoproj.io', '{}', []],
  [LEGACY, 'ding', []],
])('%s: %j', (annotation, value, services) => {
  expect(found(annotation, value)).toEqual(services);
});

it.each([
  [
    LEGACY,
    'ding, slack:ops,, mail:a:b',
    [
      ['ding', ['']],
      ['slack', ['ops']],
      ['mail', ['a']],
    ],
  ],
  [`on-sync-failed.${LEGACY}`, 'ding', [['ding', [''], 'on-sync-failed']]],
  ['notifications.argoproj.io/subscribe.ding', '', []],
])('of the old form: %s: %j', (annotation, value, services) => {
  expect(shown(legacyServices({ [annotation]: value }))).toEqual(services);
});

it('reads a value that is no text as the API server would refuse it: as nothing, or as a text', () => {
  const annotations = { 'notifications.argoproj.io/subscribe.a.ding': null, [LEGACY]: 5 };
  expect(shown(annotatedServices(annotations as never))).toEqual([['ding', [''], 'a']]);
  expect(shown(legacyServices(annotations as never))).toEqual([['5', ['']]]);
});

it('takes services out of a value of the old form', () => {
  const isGone = (service: string) => service === 'ding';
  expect(withoutLegacyServices('ding, slack:ops ,ding:x', isGone)).toBe('slack:ops');
  expect(withoutLegacyServices('ding', isGone)).toBeUndefined();
});

it('reads what the operator writes on AppProjects', () => {
  const value = projectSubscriptions([{ recipients: ['dt_r', 'dt_s'], triggers: ['dt_t', 'dt_u'] }]);
  expect(found(PROJECT_ANNOTATION, value)).toEqual([
    ['dt_r', [''], 'dt_t', 'dt_u'],
    ['dt_s', [''], 'dt_t', 'dt_u'],
  ]);
});
