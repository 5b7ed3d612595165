import { existsSync } from 'node:fs';
import type { BuildContext } from '../../engine/go-build/build-context.ts';
import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { whyKindCannotRun } from './availability.ts';
import { systemProgram } from './docker/system-program.ts';
import { execute } from './execute.ts';
import { step } from './step.ts';

const HELP = `Usage: node test/kind/available.ts [--install]

Says whether kind can run on this machine now, and ends with exit code 0 if it can. Otherwise the last line is the reason, and the
exit code is 1. It takes some seconds, and starts and builds nothing.

  --install   first install what is missing of docker.io and debootstrap, if this is root on Debian
`;

/** Debian's packages, each with a program of it. */
const PACKAGES: Readonly<Record<string, string>> = { 'docker.io': 'dockerd', debootstrap: 'debootstrap' };
const INSTALL_MS = 600_000;

async function install(context: BuildContext): Promise<void> {
  const missing = Object.keys(PACKAGES).filter((name) => systemProgram(PACKAGES[name] ?? '') === undefined);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    context.report(`${missing.join(', ')}: not installed, since only root on Debian can do that here`);
    return;
  }
  const options = {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    signal: context.signal,
    timeoutMs: INSTALL_MS,
  };
  await step({ name: missing.join(', '), doing: 'installing', expected: 'about 30 s' }, context, async () => {
    await execute('apt-get', ['update', '--quiet'], options);
    await execute('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...missing], options);
  });
}

await runBuildProgram(
  HELP,
  async (context, flags) => {
    if (flags.install) await install(context);
    const reason = await whyKindCannotRun();
    context.report(reason === undefined ? 'kind can run here' : `kind cannot run here: ${reason}`);
    if (reason !== undefined) process.exitCode = 1;
  },
  { install: { type: 'boolean' } },
);
