import { generateKeyPair, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAuthority } from '../../operator/lib/testing/certificates.ts';

/** The files a control plane starts from, as absolute paths, and the administrator's token. */
export interface ControlPlaneFiles {
  readonly ca: string;
  /** What is in the file `ca`. */
  readonly caPem: string;
  readonly serverCert: string;
  readonly serverKey: string;
  /** Signs and verifies ServiceAccount tokens. */
  readonly serviceAccountKey: string;
  readonly tokens: string;
  readonly adminToken: string;
  readonly etcdData: string;
}

/** Makes the keys, certificates and tokens of one control plane in `dir`, readable by this user alone. */
export async function writeControlPlaneFiles(dir: string): Promise<ControlPlaneFiles> {
  const authority = createAuthority('test control plane CA');
  const server = authority.issue(['127.0.0.1', 'localhost', 'kubernetes.default.svc']);
  const serviceAccounts = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const adminToken = randomBytes(24).toString('hex');
  const write = async (name: string, content: string | Buffer): Promise<string> => {
    const path = join(dir, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const etcdData = join(dir, 'etcd');
  await mkdir(etcdData, { mode: 0o700 });
  return {
    ca: await write('ca.crt', authority.cert),
    caPem: authority.cert,
    serverCert: await write('apiserver.crt', server.cert),
    serverKey: await write('apiserver.key', server.key),
    serviceAccountKey: await write(
      'service-accounts.key',
      serviceAccounts.privateKey.export({ type: 'pkcs1', format: 'pem' }),
    ),
    tokens: await write('tokens.csv', `${adminToken},admin,admin,"system:masters"\n`),
    adminToken,
    etcdData,
  };
}
