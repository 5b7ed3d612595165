import { expect, it } from 'vitest';
import { SPEC_FIELDS } from './fields.generated.ts';
import { type Fields, unknownField } from './unknown-field.ts';

const FIELDS = SPEC_FIELDS.NotificationSubscription as Fields;

it.each([
  [{ robots: [{ name: 'a' }], events: [{ trigger: 'x', template: { name: 'y' } }] }, undefined],
  [{ applications: { selector: { matchLabels: { anything: 'goes' } } } }, undefined],
  [{ silence: true }, 'spec.silence'],
  [
    {
      robots: [
        { name: 'a', namespace: 'c' },
        { name: 'b', cluster: 'c' },
      ],
    },
    'spec.robots[1].cluster',
  ],
  [{ events: [{ trigger: 'x', sound: { loud: true } }] }, 'spec.events[0].sound'],
  [{ constructor: 1 }, 'spec.constructor'],
])('of %j is %s', (spec, expected) => {
  expect(unknownField(spec, FIELDS)).toBe(expected);
});
