import type { NotificationTemplate } from '../../api/kinds.ts';
import { LOCALES } from '../../message/catalogue/locale.ts';
import { inOtherWords } from '../../template/testing/ten-lines.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  config,
  found,
  liveObject,
  robot,
  SECRET,
  snapshot,
  subscription,
  TOKEN,
  template,
} from './fixtures.ts';

/** An installation of a realistic size: teams with names of ordinary length and five events each. */

export const EVENTS = [
  'on-sync-failed',
  'on-deployed',
  'on-health-degraded',
  'on-sync-running',
  'on-sync-status-unknown',
] as const;

/** Foreign content of the ConfigMap: Argo CD's own catalogue needs 21 KB, and people add to it. */
export const FOREIGN_BYTES = 40_000;

const THEIRS = `message: ${'x'.repeat(FOREIGN_BYTES - 'template.theirs'.length - 'message: '.length)}`;

/** The messages that teams send: the catalogue's, or a different template of ten lines for each event. */
export type Messages = 'catalogue' | 'own';

/** The five templates of a team: the ten lines of docs/templates.md, each line with other words. */
const ownTemplates = (namespace: string): NotificationTemplate[] =>
  EVENTS.map((name, index) => {
    const { spec: _, ...named } = template({ namespace, name }, '');
    const markdown = { title: `${name} {{app.metadata.name}}`, text: inOtherWords(index) };
    return { ...named, spec: { message: { markdown }, params: { owner: namespace } } };
  });

const nameOf = (index: number): string => `team-${String(index).padStart(3, '0')}-orders`;

/**
 * So many teams with a signed robot and a subscription to five events, every other one in Chinese; the first teams are the
 * oldest.
 */
export function manyTeams(count: number, messages: Messages, fields: Partial<Snapshot> = {}): Snapshot {
  const names = Array.from({ length: count }, (_, index) => nameOf(index));
  const events = EVENTS.map((trigger) =>
    messages === 'own' ? { trigger, template: { name: trigger } } : { trigger },
  );
  const owner = (namespace: string, index: number) => ({
    namespace,
    name: 'orders',
    creationTimestamp: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString().replace('.000', ''),
  });
  return snapshot({
    config: config({
      limits: {},
      tenancy: { projects: Object.fromEntries(names.map((name) => [name, [name]])) },
    }),
    robots: names.map((name, index) =>
      robot(owner(name, index), {
        locale: LOCALES[index % LOCALES.length] as (typeof LOCALES)[number],
        timeZone: 'Asia/Shanghai',
      }),
    ),
    templates: messages === 'own' ? names.flatMap(ownTemplates) : [],
    subscriptions: names.map((name, index) =>
      subscription(owner(name, index), {
        robots: [{ name: 'orders' }],
        applications: { projects: [name] },
        events,
      }),
    ),
    credentials: new Map(
      names.map((name) => [`${name}/payments-dingtalk`, found({ webhook: TOKEN, secret: SECRET })]),
    ),
    target: {
      configMap: liveObject({ 'template.theirs': THEIRS }),
      secret: liveObject(),
    },
    ...fields,
  });
}

/** Keys and values of an object, in bytes. */
export const bytesOf = (data: Readonly<Record<string, string>>): number =>
  Object.entries(data).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
