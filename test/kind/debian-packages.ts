import { existsSync } from 'node:fs';
import type { BuildContext } from '../../engine/go-build/build-context.ts';
import { execute } from './execute.ts';
import { step } from './step.ts';

/** Packages that a test needs. */
export interface DebianPackages {
  readonly missing: readonly string[];
  /** For the lists of packages, and again for the packages themselves. */
  readonly downloadMs: number;
}

/** What is there is unpacked in seconds. An end in the middle would leave dpkg unusable for others. */
const UNPACK_MS = 600_000;

/**
 * Installs packages, if this is root on Debian; otherwise it says that it does not.
 * @throws Error with the last lines of apt-get's output
 */
export async function installPackages(
  { missing, downloadMs }: DebianPackages,
  context: BuildContext,
): Promise<void> {
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    context.report(`${missing.join(', ')}: not installed, since only root on Debian can do that here`);
    return;
  }
  const common = { env: { DEBIAN_FRONTEND: 'noninteractive' }, signal: context.signal };
  const download = { ...common, timeoutMs: downloadMs };
  const install = ['install', '--yes', '--quiet', '--no-install-recommends', ...missing];
  await step({ name: missing.join(', '), doing: 'installing', expected: 'about 30 s' }, context, async () => {
    await execute('apt-get', ['update', '--quiet'], download);
    await execute('apt-get', [...install, '--download-only'], download);
    await execute('apt-get', install, { ...common, timeoutMs: UNPACK_MS });
  });
}
