import type { NewMessage } from '../model.ts';

/** A message of a test: what is left out is of no importance. */
export interface SomeMessage {
  readonly app?: string;
  readonly trigger?: string;
  readonly event?: string;
  readonly robot?: string;
  readonly at?: NewMessage['at'];
  readonly url?: string;
  readonly body?: string;
  readonly namespace?: string;
  readonly uid?: string;
}

let counter = 0;

/** A new message, which no other one repeats. */
export function someMessage(some: SomeMessage = {}): NewMessage {
  const {
    app = 'guestbook',
    trigger = 'on-health-degraded',
    event = 'degraded',
    namespace = 'argocd',
  } = some;
  counter += 1;
  const text = `### ${app} ${event} ${counter}`;
  return {
    dedupeKey: `key-${counter}`,
    robot: some.robot ?? 'team-a/robot',
    subscription: 'team-a/subscription',
    application: {
      uid: some.uid ?? `uid-${namespace}-${app}`,
      namespace,
      name: app,
      ...(some.url !== undefined && { url: some.url }),
    },
    event: { name: event, ...(trigger !== '' && { catalogueName: trigger }) },
    at: some.at ?? {},
    body: some.body ?? JSON.stringify({ msgtype: 'markdown', markdown: { title: app, text } }),
    noteKey: `dt_team-a_subscription_${event}:[0].x:dt_team-a_robot:`,
  };
}
