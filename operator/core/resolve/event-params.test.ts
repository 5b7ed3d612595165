import { expect, it } from 'vitest';
import { decide } from '../decide.ts';
import { robot, snapshot, subscription, template } from '../testing/fixtures.ts';

const withLink = {
  ...template({ name: 'linked' }, ''),
  spec: {
    params: { url: 'https://example.com' },
    message: { link: { title: 'a', text: 'b', url: '{{params.url}}' } },
  },
};
const named = (name: string, params: Record<string, string>) =>
  subscription({ name }, { events: [{ trigger: 'on-deployed', template: { name: 'linked', params } }] });

it('that leave a message without its URL are refused to their author, and to nobody else', () => {
  const { resolution } = decide(
    snapshot({
      robots: [robot()],
      templates: [withLink],
      subscriptions: [named('empty', { url: '' }), named('good', { url: 'https://wiki.example.com' })],
    }),
  );
  const verdicts = resolution.subscriptions.map(({ cr, verdict }) => [cr.metadata.name, verdict]);
  expect(Object.fromEntries(verdicts)).toMatchObject({
    empty: {
      rollout: 'lastGood',
      refusal: {
        reason: 'InvalidTemplate',
        message: expect.stringMatching(
          /^spec\.events\[0\]: spec\.message\.link\.url: with the event's params/,
        ),
      },
    },
    good: { rollout: 'current' },
  });
});

it.each([
  [
    'https://example.com/{{#if params.old}}old{{else}}new page{{/if}}',
    /the URL contains a character that is not allowed in a URL/,
  ],
  ['{{#if params.old}}https://example.com/{{else}}/a{{/if}}', /does not begin with https:/],
])('that choose another branch of a URL have it judged: %s', (url, reason) => {
  const linked = {
    ...template({ name: 'linked' }, ''),
    spec: { params: { old: 'yes' }, message: { link: { title: 'a', text: 'b', url } } },
  };
  const { resolution } = decide(
    snapshot({
      robots: [robot()],
      templates: [linked],
      subscriptions: [named('as-it-is', {}), named('other', { old: '' })],
    }),
  );
  const verdicts = resolution.subscriptions.map(({ cr, verdict }) => [cr.metadata.name, verdict.refusal]);
  expect(Object.fromEntries(verdicts)).toEqual({
    'as-it-is': undefined,
    other: { reason: 'InvalidTemplate', message: expect.stringMatching(reason) },
  });
});
