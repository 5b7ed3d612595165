import { redactError } from '../lib/redact.ts';
import type { DeliveryReason } from './explanations.ts';

/** The outcome of one message to DingTalk, in coded form; `explain` gives its meaning and remedy. */
export interface DeliveryOutcome {
  readonly reason: DeliveryReason;
  /** `retry`: the same message may well be taken a little later. `final`: somebody has to do something first. */
  readonly class: 'ok' | 'retry' | 'final';
  /** DingTalk's code; absent where the answer has none. */
  readonly errcode?: number;
  /** The answer of DingTalk, or the error of the connection: one line, redacted. */
  readonly words?: string;
  /** Where DingTalk saw the message come from, if it tells. */
  readonly ip?: string;
}

const MAX_WORDS = 300;

/** Text from outside as the words of an outcome. */
export function toWords(said: unknown): string {
  const line = redactError(said);
  return line.length <= MAX_WORDS ? line : `${line.slice(0, MAX_WORDS - 1).toWellFormed()}…`;
}
