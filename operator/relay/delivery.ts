import type { DingTalkClient } from '../dingtalk/client.ts';
import type { Logger } from '../lib/logger.ts';
import type { RelayStore } from './model.ts';
import type { RobotCredentials } from './robot-credentials.ts';

/** What the sender gets of the relay. */
export interface SenderParts {
  readonly store: RelayStore;
  readonly credentials: RobotCredentials;
  readonly client: DingTalkClient;
  /** Local wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Logger;
}

/** A sender that runs. */
export interface RunningSender {
  /** Begins no further requests; resolves when those under way have ended and are recorded. */
  stop(): Promise<void>;
}

/** How the relay keeps messages, and how it delivers them. */
export interface Delivery {
  readonly openStore: () => Promise<RelayStore>;
  readonly startSender: (parts: SenderParts) => RunningSender;
}
