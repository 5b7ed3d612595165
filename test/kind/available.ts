import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { whyKindCannotRun } from './availability.ts';
import { installPackages } from './debian-packages.ts';
import { systemProgram } from './docker/system-program.ts';

const HELP = `Usage: node test/kind/available.ts [--install]

Says whether kind can run on this machine now, and ends with exit code 0 if it can. Otherwise the last line is the reason, and the
exit code is 1. It takes some seconds, and starts and builds nothing.

  --install   first install what is missing of docker.io and debootstrap, if this is root on Debian
`;

/** Debian's packages, each with a program of it. */
const PACKAGES: Readonly<Record<string, string>> = { 'docker.io': 'dockerd', debootstrap: 'debootstrap' };
const DOWNLOAD_MS = 600_000;

await runBuildProgram(
  HELP,
  async (context, flags) => {
    const missing = Object.keys(PACKAGES).filter((name) => systemProgram(PACKAGES[name] ?? '') === undefined);
    if (flags.install) await installPackages({ missing, downloadMs: DOWNLOAD_MS }, context);
    const reason = await whyKindCannotRun();
    context.report(reason === undefined ? 'kind can run here' : `kind cannot run here: ${reason}`);
    if (reason !== undefined) process.exitCode = 1;
  },
  { install: { type: 'boolean' } },
);
