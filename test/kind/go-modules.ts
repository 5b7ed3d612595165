import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const CONTAINERD = 'github.com/containerd/containerd/v2';
/** kind's own module, and its program. */
export const KIND = 'sigs.k8s.io/kind';
const CRICTL = 'sigs.k8s.io/cri-tools/cmd/crictl';
/** File systems that containerd would use C libraries for. */
const TAGS = '-tags=no_btrfs,no_zfs,no_devmapper';

/** A Go module below this folder: its programs with their packages, in the order of building, and how they are linked. */
export interface GoModule {
  readonly programs: Readonly<Record<string, { readonly expected: string; readonly source?: string }>>;
  readonly linkerFlags?: string;
  readonly goFlags?: string;
}

/** kubeadm compares the versions of programs, and those that are built from a module do not know theirs. */
function stamps(): string {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(kubernetesVersion()) ?? [];
  const values = { gitVersion: kubernetesVersion(), gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  return Object.entries(values)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
}

/** The modules that a node is made from, and what is built of each. */
export const GO_MODULES = {
  kubernetes: {
    programs: {
      etcd: { expected: 'about 1 min' },
      kubectl: { expected: 'about 1 min' },
      'kube-apiserver': { expected: '2 to 5 min' },
      'kube-controller-manager': { expected: 'about 1 min' },
      'kube-scheduler': { expected: 'about 15 s' },
      'kube-proxy': { expected: 'about 15 s' },
      kubelet: { expected: 'about 1 min' },
      kubeadm: { expected: 'about 15 s' },
      pause: { expected: 'about 2 s' },
    },
    linkerFlags: stamps(),
  },
  runtime: {
    programs: {
      containerd: { source: `${CONTAINERD}/cmd/containerd`, expected: 'about 1 min' },
      'containerd-shim-runc-v2': {
        source: `${CONTAINERD}/cmd/containerd-shim-runc-v2`,
        expected: 'about 5 s',
      },
      ctr: { source: `${CONTAINERD}/cmd/ctr`, expected: 'about 10 s' },
      kind: { source: KIND, expected: 'about 10 s' },
      coredns: { expected: 'about 1 min' },
    },
    linkerFlags: `-X ${CONTAINERD}/version.Version=${versionIn('runtime', CONTAINERD).slice(1)}`,
    goFlags: TAGS,
  },
  crictl: { programs: { crictl: { source: CRICTL, expected: 'about 30 s' } } },
} as const satisfies Record<string, GoModule>;

/** Which version of a module go.mod pins: `v1.36.3`. */
function versionIn(module: string, required: string): string {
  const file = join(import.meta.dirname, module, 'go.mod');
  const words = readFileSync(file, 'utf8').split(/\s+/);
  const version = words.find((word, index) => words[index - 1] === required && /^v\d/.test(word));
  if (version === undefined) throw new Error(`${file} does not require ${required}`);
  return version;
}

/** The version of Kubernetes that is built: `v1.36.3`. */
export function kubernetesVersion(): string {
  return versionIn('kubernetes', 'k8s.io/kubernetes');
}
