import type { NotificationSubscription } from '../../../api/kinds.ts';
import type { OperatorConfiguration } from '../../../config/config.ts';
import { decide } from '../../decide.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import {
  config,
  credentials,
  found,
  robot,
  SECRET,
  snapshot,
  subscription,
  TOKEN,
} from '../../testing/fixtures.ts';

/** Which Applications a subscription is about. */
export type Criteria = NotificationSubscription['spec']['applications'];

/** Namespaces of teams that each have a robot, for tests of what their subscriptions take from each other. */
export const TEAMS = ['team-a', 'team-b', 'team-c', 'team-d'];
const secrets = new Map([
  ...credentials(),
  ...TEAMS.map((team) => [`${team}/payments-dingtalk`, found({ webhook: TOKEN, secret: SECRET })] as const),
]);
const robots = TEAMS.map((namespace) => robot({ namespace }));
const events = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ trigger: 'on-sync-failed', name: `e${index}` }));

/** A configuration with these grants and no others. */
export const granting = (projects: Record<string, string[]>): OperatorConfiguration =>
  config({ tenancy: { projects } });

/** A subscription with so many events for one robot. */
export function sub(
  namespace: string,
  name: string,
  count: number,
  applications: Criteria = { all: true },
  minute = 0,
) {
  const creationTimestamp = `2026-11-23T07:${String(minute).padStart(2, '0')}:00Z`;
  return subscription({ namespace, name, creationTimestamp }, { applications, events: events(count) });
}

/** A snapshot in which every team has a robot. */
export const teams = (fields: Partial<Snapshot>): Snapshot =>
  snapshot({ robots, credentials: secrets, ...fields });

/** The reason of each refusal or `ok`, and ` live` for subscriptions that are live, by `namespace/name`. */
export function outcome(snap: Snapshot): Record<string, string> {
  const { resolution, plan } = decide(snap);
  return Object.fromEntries(
    resolution.subscriptions.map(({ cr: { metadata }, verdict: { refusal } }) => {
      const key = `${metadata.namespace}/${metadata.name}`;
      return [key, `${refusal?.reason ?? 'ok'}${plan.subscriptions.has(key) ? ' live' : ''}`];
    }),
  );
}
