import {
  type ApplicationPatch,
  degraded,
  healthy,
  syncFailed,
  syncing,
  syncStatusUnknown,
  syncSucceeded,
} from '../support/application-states.ts';

/** One step of the story: what happens to which Application, and the titles of the messages that must come of it. */
export interface Step {
  readonly app: string;
  readonly what: string;
  readonly patches: (at: Date) => ApplicationPatch[];
  readonly titles: readonly string[];
}

/** What happens in the demo; between them the steps fire every trigger of samples/quickstart. */
export const STORY: readonly Step[] = [
  {
    app: 'checkout',
    what: 'starts to sync',
    patches: (at) => [syncing(at)],
    titles: ['🔵 checkout sync started'],
  },
  {
    app: 'checkout',
    what: 'has synced and is healthy',
    patches: (at) => [syncSucceeded(at), healthy(at)],
    titles: ['🟢 checkout sync succeeded', '🟢 checkout deployed'],
  },
  {
    app: 'ledger',
    what: 'fails to sync, with a message that would break naive JSON',
    patches: (at) => [
      syncFailed(at, { message: 'admission webhook denied: "replicas" must be\n</font> at least 2 🙅' }),
    ],
    titles: ['🔴 ledger sync failed'],
  },
  {
    app: 'gateway',
    what: 'degrades',
    patches: (at) => [degraded(at)],
    titles: ['🔴 gateway degraded'],
  },
  {
    app: 'reports',
    what: 'cannot be compared with Git',
    patches: (at) => [syncStatusUnknown(at)],
    titles: ['🟡 reports sync status unknown'],
  },
];
