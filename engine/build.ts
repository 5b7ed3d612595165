import { existsSync } from 'node:fs';
import { mkdir, readlink, rename, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { compile } from '../test/cluster/compile.ts';
import { withLock } from '../test/cluster/lock.ts';
import { type EngineLayout, engineLayout, GO_FLAGS } from './layout.ts';
import { ENGINE_NAME, enginePath, locateEngine, type Platform, thisPlatform } from './locate.ts';

const HELP = `Usage: node engine/build.ts

Builds Argo CD's notifications engine as a program, only if it is missing, into
bin/engine/<hash>/<os>-<arch>/${ENGINE_NAME} (bin/engine/current leads to <hash>). It takes Go, and
about 1 min on two cores when nothing is cached.

Environment:
  PLATFORMS                what to build for, in Go's names: linux/amd64,linux/arm64 (default: this machine)
  ARGOCD_DINGTALK_ENGINE   the path of such a program: used instead, and nothing is built

<hash> stands for the Go module, its sources and the Go version. Old folders may be deleted at any time.
`;

const EXPECTED = 'about 1 min';

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @throws Error for a text that is no list of platforms */
function platformsOf(text: string | undefined): Platform[] {
  if (!text) return [thisPlatform()];
  return text.split(',').map((name) => {
    const [, os, arch] = /^\s*([a-z0-9]+)\/([a-z0-9]+)\s*$/.exec(name) ?? [];
    if (os === undefined || arch === undefined)
      throw new Error(
        `PLATFORMS: expected a list such as linux/amd64,darwin/arm64, got ${JSON.stringify(text)}`,
      );
    return { os, arch };
  });
}

async function ensureEngine(platforms: readonly Platform[], signal: AbortSignal): Promise<void> {
  const layout = engineLayout();
  const isMissing = (platform: Platform) => !existsSync(layout.file(platform));
  if (platforms.some(isMissing)) {
    await mkdir(layout.directory, { recursive: true });
    await withLock(`${layout.directory}.lock`, { signal, report }, async () => {
      for (const platform of platforms) if (isMissing(platform)) await build(layout, platform, signal);
    });
  }
  await pointCurrent(layout);
}

async function build(layout: EngineLayout, platform: Platform, signal: AbortSignal): Promise<void> {
  const target = layout.file(platform);
  const goFlags = `${process.env.GOFLAGS ?? ''} ${GO_FLAGS}`.trim();
  const env = { GOOS: platform.os, GOARCH: platform.arch, GOFLAGS: goFlags };
  await mkdir(dirname(target), { recursive: true });
  await compile({ moduleDir: layout.moduleDir, target, env, expected: EXPECTED, signal, report });
  const { size } = await stat(target);
  report(`${enginePath(platform)}: ${(size / 1e6).toFixed(1)} MB in ${target}`);
}

async function pointCurrent({ base, directory }: EngineLayout): Promise<void> {
  const link = join(base, 'current');
  const target = basename(directory);
  const existing = await readlink(link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (existing === target) return;
  const fresh = `${link}.tmp-${process.pid}`;
  await symlink(target, fresh);
  await rename(fresh, link);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
  try {
    if (process.env.ARGOCD_DINGTALK_ENGINE) report(`engine: ${locateEngine()}`);
    else await ensureEngine(platformsOf(process.env.PLATFORMS), interrupted.signal);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    process.stderr.write('interrupted: what Go has compiled so far stays in its cache\n');
    process.exitCode = 130;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`engine: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
