import { type DeliveryOutcome, toWords } from './outcome.ts';

/** The codes of OpenSSL and Node for a certificate that they do not trust. */
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
