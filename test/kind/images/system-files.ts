import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyBelow } from './shared-libraries.ts';

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const TIME_ZONES = '/usr/share/zoneinfo';

/** The user that images without root use, by number: a kubelet cannot know that a name is not root. */
export const NONROOT = '65532:65532';

/** The environment of a program in an image without a shell. */
export const IMAGE_ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  SSL_CERT_FILE: CERTIFICATES,
} as const;

/**
 * Writes what programs expect of a system: users, a folder for temporary files, this machine's authorities and, if it has
 * them, its time zones. There is no shell.
 *
 * @throws Error with a remedy if this machine has no list of authorities
 */
export async function writeSystemFiles(root: string): Promise<void> {
  if (!existsSync(CERTIFICATES))
    throw new Error(`${CERTIFICATES} does not exist: install the package ca-certificates`);
  await mkdir(join(root, 'etc'), { recursive: true });
  const users = [
    'root:x:0:0:root:/root:/sbin/nologin',
    'nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin',
    'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin',
  ];
  await writeFile(join(root, 'etc/passwd'), `${users.join('\n')}\n`);
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnobody:x:65534:\nnonroot:x:65532:\n');
  await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  await mkdir(join(root, 'home/nonroot'), { recursive: true });
  await mkdir(join(root, 'tmp'));
  await chmod(join(root, 'tmp'), 0o1777);
  await copyBelow([CERTIFICATES], '/', root);
  if (existsSync(TIME_ZONES))
    await cp(TIME_ZONES, join(root, TIME_ZONES), { recursive: true, verbatimSymlinks: true });
}
