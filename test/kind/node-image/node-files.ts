import { globSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execute } from '../execute.ts';
import { kubernetesVersion } from '../go-modules.ts';
import { type KindProgram, kindModuleFolder, kindProgram } from '../programs.ts';

const CHROOT_MS = 30_000;

/** Where kind's own images have these programs. */
const PROGRAMS: Readonly<Record<string, readonly KindProgram[]>> = {
  'usr/bin': ['kubeadm', 'kubectl', 'kubelet'],
  'usr/local/bin': ['containerd', 'containerd-shim-runc-v2', 'crictl', 'ctr'],
};

/** Units that Debian starts by itself and that have no sense in a container. */
const UNWANTED_UNITS = [
  'etc/systemd/system/*.wants/*',
  'lib/systemd/system/{basic,local-fs,multi-user}.target.wants/*',
  'lib/systemd/system/sockets.target.wants/*{initctl,udev}*',
  'lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service',
];
const WANTED_UNITS = ['containerd', 'kubelet', 'undo-mount-hacks'];

/** kindnetd cannot be built from a module. A cluster of one node needs no more than the subnet that kind gives to its first. */
const POD_NETWORK = {
  cniVersion: '0.3.1',
  name: 'one-node',
  plugins: [
    {
      type: 'ptp',
      ipMasq: true,
      ipam: {
        type: 'host-local',
        dataDir: '/run/cni-ipam-state',
        ranges: [[{ subnet: '10.244.0.0/24' }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};

/** kind applies two manifests of the image to each new cluster. The network is there already, and nothing makes volumes. */
const MANIFESTS: Readonly<Record<string, object>> = {
  'default-cni.yaml': {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'pod-network', namespace: 'kube-system' },
    data: { 'network.json': JSON.stringify(POD_NETWORK) },
  },
  'default-storage.yaml': {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: 'standard',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  },
};

/**
 * Makes a node of a minimal Debian: the programs, and the files of kind's own node image, which come with kind's module.
 *
 * @param root the folder with Debian's files
 */
export async function writeNodeFiles(root: string): Promise<void> {
  await copyKindFiles(root);
  for (const path of globSync(UNWANTED_UNITS, { cwd: root })) await rm(join(root, path));
  await edit(join(root, 'etc/systemd/journald.conf'), /$/, 'ReadKMsg=no\n');
  const systemctl = ['systemctl', '--quiet'];
  await inside(root, [...systemctl, 'enable', ...WANTED_UNITS.map((name) => `${name}.service`)]);
  await inside(root, [...systemctl, 'mask', 'systemd-binfmt.service']);

  for (const [folder, names] of Object.entries(PROGRAMS))
    for (const name of names) await copyFile(kindProgram(name), join(root, folder, name));
  for (const folder of ['etc/cni/net.d', 'etc/kubernetes/manifests', 'kind/manifests', 'opt/cni'])
    await mkdir(join(root, folder), { recursive: true });
  await symlink('/usr/lib/cni', join(root, 'opt/cni/bin'));
  await writeFile(join(root, 'etc/cni/net.d/10-one-node.conflist'), JSON.stringify(POD_NETWORK));
  for (const [name, manifest] of Object.entries(MANIFESTS))
    await writeFile(join(root, 'kind/manifests', name), JSON.stringify(manifest));
  await writeFile(join(root, 'kind/version'), kubernetesVersion());
  await configureRuntime(root);
}

async function copyKindFiles(root: string): Promise<void> {
  const files = join(await kindModuleFolder(), 'images/base/files');
  for (const folder of ['etc', 'kind', 'usr']) {
    await cp(join(files, folder), join(root, folder), { recursive: true });
    // Files of Go's module cache are read-only, and nothing there is executable.
    for (const entry of await readdir(join(files, folder), { recursive: true, withFileTypes: true })) {
      const path = join(root, entry.parentPath.slice(files.length), entry.name);
      const isExecutable = entry.isDirectory() || basename(entry.parentPath) === 'bin';
      await chmod(path, isExecutable ? 0o755 : 0o644);
    }
  }
}

async function configureRuntime(root: string): Promise<void> {
  // Where CAP_SYS_RESOURCE is withheld, nobody may lower an oom_score_adj, as each static pod asks.
  const configuration = join(root, 'etc/containerd/config.toml');
  await edit(configuration, 'restrict_oom_score_adj = false', 'restrict_oom_score_adj = true');
  // A kubelet refuses cgroup v1 unless told otherwise.
  await edit(join(root, 'etc/default/kubelet'), /^KUBELET_EXTRA_ARGS=\S+/m, '$& --fail-cgroupv1=false');
  const description = JSON.parse(
    await execute(kindProgram('ctr'), ['oci', 'spec'], { timeoutMs: CHROOT_MS }),
  );
  delete description.process.rlimits;
  const hook = { path: '/kind/bin/mount-product-files.sh' };
  description.hooks = { createContainer: [hook] };
  await writeFile(join(root, 'etc/containerd/cri-base.json'), JSON.stringify(description));
}

/** @throws Error if the file does not have the place to edit, since kind's files are other ones then */
async function edit(file: string, place: string | RegExp, replacement: string): Promise<void> {
  const before = await readFile(file, 'utf8');
  const after = before.replace(place, replacement);
  if (after === before) throw new Error(`${file} does not have ${place}, which has to be replaced`);
  await writeFile(file, after);
}

/** Runs a program of the system in the folder, and gives its output. */
export function inside(root: string, command: readonly string[], signal?: AbortSignal): Promise<string> {
  return execute('chroot', [root, ...command], { signal, timeoutMs: CHROOT_MS });
}
