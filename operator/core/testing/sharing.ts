import type { DingTalkRobot, NotificationSubscription, NotificationTemplate } from '../../api/kinds.ts';
import { API_VERSION, KINDS } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import type { SharedWith } from '../../api/types.generated.ts';
import { readLiveState } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { servicesOf } from '../plan/last-good.ts';
import { config, found, robot, SECRET, snapshot, subscription, TOKEN, template } from './fixtures.ts';

/** Two teams, for tests of sharing: one lets the other use its resources. */

export const OWNER = 'team-owner';
export const USER = 'team-user';

export const WITH_USER: SharedWith = { namespaces: [USER] };

/** The owner's robot. */
export const lent = (sharedWith?: SharedWith, spec: Partial<DingTalkRobot['spec']> = {}): DingTalkRobot =>
  robot({ namespace: OWNER, name: 'lent' }, { ...spec, ...(sharedWith && { sharedWith }) });

/** The owner's template. */
export const words = (
  sharedWith?: SharedWith,
  spec: Partial<NotificationTemplate['spec']> = {},
): NotificationTemplate => ({
  apiVersion: API_VERSION,
  kind: KINDS.template.kind,
  metadata: template({ namespace: OWNER, name: 'words' }, '').metadata,
  spec: { message: { text: { content: 'words of the owner' } }, ...spec, ...(sharedWith && { sharedWith }) },
});

/** The same as a raw Go template. */
export const rawWords = (sharedWith?: SharedWith): NotificationTemplate =>
  words(sharedWith, { message: { raw: '{"msgtype":"text","text":{"content":"words of the owner"}}' } });

/** An event with the user's own message, and one with the owner's message. */
export const OWN_EVENT = { trigger: 'on-deployed' };
export const LENT_EVENT = { trigger: 'on-sync-failed', template: { name: 'words', namespace: OWNER } };

export const TO_LENT = [{ name: 'lent', namespace: OWNER }];
export const TO_OWN = [{ name: 'own' }];

/** A subscription of the user to robots, its own or shared ones. */
export const uses = (
  spec: Partial<NotificationSubscription['spec']> = {},
  generation = 1,
): NotificationSubscription =>
  subscription(
    { namespace: USER, name: 'news', generation },
    { robots: TO_OWN, applications: { all: true }, events: [OWN_EVENT], ...spec },
  );

const secret = found({ webhook: TOKEN, secret: SECRET });

/** A snapshot in which the user also has a robot. */
export function twoTeams({ robots = [], ...fields }: Partial<Snapshot>): Snapshot {
  return snapshot({
    robots: [robot({ namespace: USER, name: 'own' }), ...robots],
    credentials: new Map([OWNER, USER].map((namespace) => [`${namespace}/payments-dingtalk`, secret])),
    config: config({ tenancy: {} }),
    ...fields,
  });
}

/** The user's part of the target: the services of each event's message, and the recipients. */
export function usersPart({ target }: Snapshot) {
  const { events, entries } = readLiveState(target);
  const keys = events.get(resourceKey(uses())) ?? [];
  const messages = keys
    .filter(({ key }) => key.startsWith('template.'))
    .map(({ key, value }) => [key.split('_').at(-1), servicesOf({ key, value })]);
  const mine = entries.filter(({ triggers }) => triggers.some((name) => name.startsWith(`dt_${USER}_`)));
  return {
    messages: Object.fromEntries(messages) as Record<string, string[]>,
    recipients: mine.flatMap(({ recipients }) => recipients),
    triggers: mine.flatMap(({ triggers }) => triggers.map((name) => name.split('_').at(-1))),
    values: Object.fromEntries(keys.map(({ key, value }) => [key, value])),
  };
}
