import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import { systemProgram } from '../docker/system-program.ts';
import { execute } from '../execute.ts';
import { KIND_OUTPUT } from '../programs.ts';
import { step } from '../step.ts';
import { removeTree } from './remove-tree.ts';

const SUITE = 'bookworm';
const DEFAULT_MIRROR = 'http://deb.debian.org/debian';
const DEBOOTSTRAP_MS = 900_000;

/** What a node needs of Debian: its services, the kubelet's tools, the container runtime, and what kind itself calls. */
const PACKAGES = [
  ...['systemd', 'systemd-sysv', 'dbus', 'ca-certificates', 'kmod', 'mount'],
  ...['conntrack', 'ethtool', 'iproute2', 'iptables', 'nftables'],
  ...['containernetworking-plugins', 'libseccomp2', 'pigz', 'runc'],
  ...['jq', 'procps'],
];
/** Parts of packages that nobody reads on a node. */
const UNUSED = [
  'var/cache/apt/archives/*.deb',
  'var/lib/apt/lists/*',
  ...['doc', 'locale', 'man'].map((name) => `usr/share/${name}`),
];

/** Where the archive of the file system belongs; the name stands for the choice of packages, not for their versions. */
export function debianArchive(): string {
  const key = JSON.stringify([SUITE, PACKAGES, UNUSED, arch()]);
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return join(KIND_OUTPUT, 'debian', `${hash}.tar`);
}

/**
 * Makes the archive of a minimal Debian, if it is missing, as root. No network is needed afterwards.
 *
 * @throws Error with a remedy if debootstrap is not installed or its mirror cannot be reached
 */
export async function ensureDebian(context: BuildContext): Promise<string> {
  const archive = debianArchive();
  if (existsSync(archive)) return archive;
  const what = { name: 'Debian', doing: 'installing it into a folder', expected: 'about 45 s' };
  await step(what, context, () => install(archive, context.signal));
  return archive;
}

async function install(archive: string, signal: AbortSignal): Promise<void> {
  const debootstrap = systemProgram('debootstrap');
  if (debootstrap === undefined)
    throw new Error("debootstrap is not installed: on Debian, run 'apt-get install debootstrap' as root");
  await mkdir(dirname(archive), { recursive: true });
  for (const leftover of globSync(`${archive}.tmp-*`)) await removeTree(leftover);
  const work = await mkdtemp(`${archive}.tmp-`);
  try {
    const root = join(work, 'root');
    const target = ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, root, await mirror()];
    // It mounts /proc and /sys below the target. In namespaces of its own, its mounts and processes end with it.
    const within = ['--mount', '--pid', '--fork', '--kill-child'];
    await execute('unshare', [...within, debootstrap, ...target], { signal, timeoutMs: DEBOOTSTRAP_MS });
    for (const path of globSync(UNUSED, { cwd: root })) await rm(join(root, path), { recursive: true });
    const file = join(work, 'archive.tar');
    await execute('tar', ['-C', root, '--numeric-owner', '-cf', file, '.'], { signal, timeoutMs: 120_000 });
    await rename(file, archive);
  } finally {
    await removeTree(work);
  }
}

/** The mirror that this machine uses if it is a Debian of the same suite, otherwise the usual one; DEBIAN_MIRROR overrides both. */
async function mirror(): Promise<string> {
  const { DEBIAN_MIRROR } = process.env;
  if (DEBIAN_MIRROR) return DEBIAN_MIRROR;
  if (!/^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))) return DEFAULT_MIRROR;
  const filter = ['Created-By: Packages', 'Component: main', `Codename: ${SUITE}`];
  const args = ['indextargets', '--format', '$(REPO_URI)', ...filter];
  const [first] = (await execute('apt-get', args, { timeoutMs: 30_000 })).split('\n');
  return first || DEFAULT_MIRROR;
}
