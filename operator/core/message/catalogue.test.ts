import { expect, it } from 'vitest';
import { defaultMessage } from '../catalogue/default-message.ts';
import { LOCALES } from '../catalogue/locale.ts';
import { CATALOGUE } from '../catalogue/triggers.ts';
import { made } from './testing/made.ts';

const TRIGGERS = [...CATALOGUE.map(({ name }) => name), undefined];

// Each event of each subscription has its own in a ConfigMap of 1 MiB.
it.each(TRIGGERS.flatMap((trigger) => LOCALES.map((locale) => [trigger, locale] as const)))(
  'the message for %s in %s is a Go template of at most 4 KB',
  (trigger, locale) => {
    const body = made({ message: { markdown: defaultMessage(trigger, locale) } });
    if (!body.ok) throw new Error(body.finding.message);
    expect(Buffer.byteLength(body.body)).toBeLessThanOrEqual(4_096);
  },
);
