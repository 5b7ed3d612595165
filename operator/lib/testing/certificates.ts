import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import * as der from './der.ts';

const HOUR_MS = 3_600_000;
const LIFETIME_MS = 30 * 24 * HOUR_MS;

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** A certificate and its private key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A separate certificate authority; clients have to trust its `cert` (PEM). */
export interface Authority {
  readonly cert: string;
  /** Issues a TLS server certificate for these names: DNS names and IPv4 addresses. */
  issue(names: readonly string[]): Certificate;
}

/**
 * Makes a certificate authority with a new key (ECDSA P-256). The authority and its certificates are valid for 30
 * days from an hour ago.
 *
 * @param name common name; made unique, so two authorities are never mistaken for each other
 */
export function createAuthority(name: string): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = distinguishedName(`${name} ${randomBytes(4).toString('hex')}`);
  const usage = der.bitString(Buffer.from([0b0000_0110]), 1); // keyCertSign, cRLSign
  const cert = certificate({
    subject,
    issuer: subject,
    publicKey: keys.publicKey,
    issuerKeys: keys,
    extensions: [
      extension(OID.basicConstraints, der.sequence(der.boolean(true)), true),
      extension(OID.keyUsage, usage, true),
    ],
  });
  return { cert, issue: (names) => issueServer(subject, keys, names) };
}

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function issueServer(issuer: Buffer, issuerKeys: KeyPair, names: readonly string[]): Certificate {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const usage = der.bitString(Buffer.from([0b1000_0000]), 7); // digitalSignature
  const cert = certificate({
    subject: distinguishedName(names[0] ?? 'server'),
    issuer,
    publicKey: keys.publicKey,
    issuerKeys,
    extensions: [
      extension(OID.basicConstraints, der.sequence(), true),
      extension(OID.keyUsage, usage, true),
      extension(OID.extendedKeyUsage, der.sequence(der.objectIdentifier(OID.serverAuth))),
      extension(OID.subjectAltName, der.sequence(...names.map(generalName))),
    ],
  });
  return { cert, key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}

interface Contents {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly publicKey: KeyObject;
  readonly issuerKeys: KeyPair;
  readonly extensions: readonly Buffer[];
}

/** An X.509 v3 certificate (RFC 5280, section 4.1) as PEM. */
function certificate({ subject, issuer, publicKey, issuerKeys, extensions }: Contents): string {
  const now = Date.now();
  const algorithm = der.sequence(der.objectIdentifier(OID.ecdsaWithSha256));
  const keyIdentifiers = [
    extension(OID.subjectKeyIdentifier, der.octetString(keyIdentifier(publicKey))),
    extension(OID.authorityKeyIdentifier, der.sequence(der.implicit(0, keyIdentifier(issuerKeys.publicKey)))),
  ];
  const toBeSigned = der.sequence(
    der.explicit(0, der.unsignedInteger(Buffer.from([2]))), // version 3
    der.unsignedInteger(randomBytes(16)),
    algorithm,
    issuer,
    der.sequence(der.utcTime(new Date(now - HOUR_MS)), der.utcTime(new Date(now + LIFETIME_MS))),
    subject,
    subjectPublicKeyInfo(publicKey),
    der.explicit(3, der.sequence(...extensions, ...keyIdentifiers)),
  );
  const signature = der.bitString(sign('sha256', toBeSigned, issuerKeys.privateKey));
  const lines =
    der
      .sequence(toBeSigned, algorithm, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function subjectPublicKeyInfo(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** Any value that is unique for each key is valid (RFC 7093). */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha256').update(subjectPublicKeyInfo(key)).digest().subarray(0, 20);
}

function distinguishedName(commonName: string): Buffer {
  const attribute = der.sequence(der.objectIdentifier(OID.commonName), der.utf8String(commonName));
  return der.sequence(der.set(attribute));
}

function extension(oid: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [der.boolean(true)] : []; // false is the default, and DER omits defaults
  return der.sequence(der.objectIdentifier(oid), ...flag, der.octetString(value));
}

function generalName(name: string): Buffer {
  if (isIPv4(name)) return der.implicit(7, Buffer.from(name.split('.').map(Number)));
  return der.implicit(2, Buffer.from(name, 'ascii'));
}
