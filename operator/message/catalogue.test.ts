import { expect, it } from 'vitest';
import { CATALOGUE } from './catalogue/catalogue.ts';
import { LOCALES } from './catalogue/locale.ts';
import type { EventMessage } from './event-message.ts';
import { eventsBody } from './message.ts';

const TRIGGERS = [...CATALOGUE.map(({ name }) => name), undefined];
const message = (trigger: string | undefined): EventMessage => ({
  name: trigger ?? 'own',
  trigger,
  params: {},
  at: {},
});

/** The Go template of messages of the catalogue in one body, in bytes. */
const sizeOf = (triggers: readonly (string | undefined)[], locale: (typeof LOCALES)[number]): number =>
  Buffer.byteLength(
    eventsBody(
      triggers.map(message),
      { locale, timeZone: 'Asia/Shanghai', keywords: [] },
      'https://argocd.example.com',
    ),
  );

// Each subscription has its own in a ConfigMap of 1 MiB.
it.each(TRIGGERS.flatMap((trigger) => LOCALES.map((locale) => [trigger, locale] as const)))(
  'the message for %s in %s is a Go template of at most 3.75 KB',
  (trigger, locale) => {
    expect(sizeOf([trigger], locale)).toBeLessThanOrEqual(3_840);
  },
);

it.each(LOCALES)('all messages in %s together take as much as three by themselves', (locale) => {
  expect(sizeOf(TRIGGERS, locale)).toBeLessThanOrEqual(3 * 3_840);
});
