import { mkdir, readlink, rename, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { compile } from './compile.ts';
import { type Layout, missingTools, toolsLayout } from './layout.ts';
import { withLock } from './lock.ts';
import { copyManifests } from './manifests.ts';

const HELP = `Usage: node test/cluster/build.ts

Builds what the cluster tests run, each only if it is missing, into bin/tools/<hash>/ (bin/tools/current leads there):

  etcd, kube-apiserver, kubectl   a real control plane
  argocd-notifications            Argo CD's own notifications controller
  argocd/*.yaml                   its CRDs and its notifications catalogue

<hash> stands for the Go module, its sources and the Go version. Old folders may be deleted at any time.

Environment:
  KUBEBUILDER_ASSETS   a folder with etcd, kube-apiserver and kubectl: used instead of building them
`;

/** In the order of building: each adds to what the next finds compiled. */
const EXPECTED: ReadonlyMap<string, string> = new Map([
  ['etcd', 'about 1 min'],
  ['kubectl', 'about 1 min'],
  ['kube-apiserver', '2 to 5 min'],
  ['argocd-notifications', '1 to 2 min'],
]);

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function buildMissing(layout: Layout, signal: AbortSignal): Promise<void> {
  const { moduleDir } = layout;
  const missing = missingTools(layout);
  for (const [name, expected] of EXPECTED) {
    const target = missing.find((path) => basename(path) === name);
    if (target !== undefined) await compile({ moduleDir, target, expected, signal, report });
  }
  if (missing.some((path) => path.endsWith('.yaml'))) await copyManifests(layout);
}

async function ensureTools(signal: AbortSignal): Promise<void> {
  const layout = toolsLayout();
  if (missingTools(layout).length > 0) {
    if (layout.lackingAssets !== undefined && layout.lackingAssets.length > 0) {
      report(`KUBEBUILDER_ASSETS lacks ${layout.lackingAssets.join(', ')}: not used`);
    }
    await mkdir(layout.directory, { recursive: true });
    await withLock(`${layout.directory}.lock`, { signal, report }, () => buildMissing(layout, signal));
  }
  await pointCurrent(layout);
}

/** For people and scripts; the tests compute the folder's name themselves. */
async function pointCurrent(layout: Layout): Promise<void> {
  const link = join(layout.base, 'current');
  const target = basename(layout.directory);
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
    await ensureTools(interrupted.signal);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    process.stderr.write('interrupted: what was built so far stays, the rest is missing\n');
    process.exitCode = 130;
  }
}

/** The message and those of its causes, unless they are told already. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause === undefined) return error.message;
  const cause = describe(error.cause);
  return error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = 1;
});
