import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
// The module as a whole: an old Node lacks the function, and has to get as far as to say that it is too old.
import tls from 'node:tls';

/** The file of additional CA certificates can't be used; the message names the field and the file. */
export class TrustError extends Error {
  override readonly name = 'TrustError';
}

/**
 * The CA certificates to trust, PEM: those of a file besides those that Node trusts by itself (its own, and
 * NODE_EXTRA_CA_CERTS). undefined without a file: Node's own choice.
 * @param field the configuration's field that names the file
 * @throws TrustError if the file can't be read, or has no certificate, or a broken one
 */
export function trustedCertificates(
  caFile: string | undefined,
  field = 'dingtalk.caFile',
): readonly string[] | undefined {
  if (caFile === undefined) return undefined;
  const refuse = (problem: string, cause?: unknown): TrustError =>
    new TrustError(`${field}: ${caFile}: ${problem}`, { cause });
  let text: string;
  try {
    text = readFileSync(caFile, 'utf8');
  } catch (error) {
    throw refuse(`cannot be read: ${(error as Error).message}`, error);
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0)
    throw refuse('the file contains no certificate in PEM (-----BEGIN CERTIFICATE-----)');
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw refuse(
        `certificate ${index + 1} of the ${certificates.length} in the file cannot be parsed`,
        error,
      );
    }
  }
  return [...tls.getCACertificates('default'), ...certificates];
}
