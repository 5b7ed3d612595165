import { expect, it } from 'vitest';
import { testMessage } from './test-message.ts';

const fields = { namespace: 'team-payments', name: 'payments', keywords: [] } as const;
const textOf = (message: object) => (message as { markdown: { text: string } }).markdown.text;

it.each(['en', 'zh-CN'] as const)('names the robot and Argo CD, and is short (%s)', (locale) => {
  const message = testMessage({ ...fields, locale });
  expect(message).toMatchObject({
    msgtype: 'markdown',
    markdown: { title: expect.stringContaining('Argo CD') },
  });
  expect(textOf(message)).toContain('team-payments/payments');
  expect(textOf(message)).toContain('Argo CD');
  expect(/\p{Script=Han}/u.test(textOf(message))).toBe(locale === 'zh-CN');
  expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(500);
});

it.each(['en', 'zh-CN'] as const)('has a keyword at its end only where the text has none (%s)', (locale) => {
  const plain = textOf(testMessage({ ...fields, locale }));
  expect(textOf(testMessage({ ...fields, locale, keywords: ['deploy', 'Argo CD'] }))).toBe(plain);
  const added = textOf(testMessage({ ...fields, locale, keywords: ['部署 "#1"', 'deploy'] }));
  expect(added.startsWith(plain)).toBe(true);
  expect(added.slice(plain.length)).toMatch(/^\n\n\S+[:：] ?部署 "#1"$/);
  // Case counts.
  expect(textOf(testMessage({ ...fields, locale, keywords: ['ARGO CD'] }))).toContain('ARGO CD');
});
