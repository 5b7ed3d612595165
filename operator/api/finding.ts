import type { Reason } from './reasons.ts';

/** One coded outcome with its message, which names the field and the remedy, and never a secret. */
export interface Finding {
  readonly reason: Reason;
  readonly message: string;
  /** Where several things are wrong: each by itself. The first gives the reason, the message tells all. */
  readonly parts?: readonly Finding[];
}
