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

/** What OpenSSL and Node call a certificate that they do not trust. */
const UNTRUSTED =
  /^(?:CERT_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF)|INVALID_CA$|HOSTNAME_MISMATCH$|ERR_TLS_CERT_ALTNAME_INVALID$)/;

const MAX_CAUSES = 8;

/** What a connection died of → what became of the message. */
export function connectionOutcome(error: unknown): DeliveryOutcome {
  const untrusted = codesOf(error).some((code) => UNTRUSTED.test(code));
  const words = toWords(error);
  return untrusted
    ? { reason: 'CertificateNotTrusted', class: 'final', words }
    : { reason: 'Unreachable', class: 'retry', words };
}

function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  let each = error;
  for (let depth = 0; depth < MAX_CAUSES && each instanceof Error; depth++) {
    codes.push(`${(each as NodeJS.ErrnoException).code ?? ''}`);
    each = each.cause;
  }
  return codes;
}
