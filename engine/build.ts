import { existsSync } from 'node:fs';
import { mkdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { compile } from '../test/cluster/compile.ts';
import { withLock } from '../test/cluster/lock.ts';
import { type EngineLayout, engineLayout, GO_TARGET } from './layout.ts';
import { ENGINE_FILE, locateEngine } from './locate.ts';

const HELP = `Usage: node engine/build.ts

Builds Argo CD's notifications engine as a WebAssembly module, only if it is missing, into
bin/engine/<hash>/${ENGINE_FILE} (bin/engine/current leads there). It takes Go, and 1 to 3 min on two cores
when nothing is cached.

Environment:
  ARGOCD_DINGTALK_ENGINE   the path of such a module: used instead, and nothing is built

<hash> stands for the Go module, its sources and the Go version. Old folders may be deleted at any time.
`;

const EXPECTED = '1 to 3 min';
const OPERATING_SYSTEM_BYTE = 9;
const UNKNOWN_OPERATING_SYSTEM = 255;

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function ensureEngine(signal: AbortSignal): Promise<void> {
  const layout = engineLayout();
  if (!existsSync(layout.file)) {
    await mkdir(layout.directory, { recursive: true });
    await withLock(`${layout.directory}.lock`, { signal, report }, async () => {
      if (!existsSync(layout.file)) await build(layout, signal);
    });
  }
  await pointCurrent(layout);
}

async function build({ moduleDir, directory, file }: EngineLayout, signal: AbortSignal): Promise<void> {
  const target = join(directory, 'engine'); // named as its Go command
  const { GOFLAGS, ...platform } = GO_TARGET;
  Object.assign(process.env, platform, { GOFLAGS: `${process.env.GOFLAGS ?? ''} ${GOFLAGS}`.trim() });
  try {
    await compile({ moduleDir, target, expected: EXPECTED, signal, report });
    report('engine: compressing (about 10 s)');
    const packed = await compress(await readFile(target));
    const fresh = `${file}.tmp-${process.pid}`;
    await writeFile(fresh, packed);
    await rename(fresh, file);
    report(`engine: ${(packed.length / 1e6).toFixed(1)} MB in ${file}`);
  } finally {
    await rm(target, { force: true });
  }
}

/** The same bytes for the same module: no time, and no trace of the system that compressed it. */
async function compress(module: Uint8Array): Promise<Buffer> {
  const packed = await promisify(gzip)(module, { level: constants.Z_BEST_COMPRESSION });
  packed[OPERATING_SYSTEM_BYTE] = UNKNOWN_OPERATING_SYSTEM;
  return packed;
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
    else await ensureEngine(interrupted.signal);
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
