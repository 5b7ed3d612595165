import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { goToolchain } from './toolchain.ts';

/** Absolute paths of everything the cluster tests run or apply. */
export interface Tools {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubectl: string;
  readonly argocdNotifications: string;
  readonly applicationCrd: string;
  readonly appProjectCrd: string;
  readonly notificationsCatalog: string;
}

/** Where the tools of this checkout belong, whether they exist yet or not. */
export interface Layout {
  /** Folder of the Go module that builds them. */
  readonly moduleDir: string;
  /** `<repository>/bin/tools`. */
  readonly base: string;
  /** `<repository>/bin/tools/<hash>`. */
  readonly directory: string;
  readonly tools: Tools;
  /** What `KUBEBUILDER_ASSETS` lacks; undefined when it is not set, empty when it is used. */
  readonly lackingAssets: readonly string[] | undefined;
}

const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kubectl'] as const;

/**
 * Computes the layout. The folder's name is a hash of all that decides what a build gives: the Go module, its
 * sources and the compiler. `KUBEBUILDER_ASSETS` (etcd, kube-apiserver and kubectl of one's own) takes the place of
 * the control plane if it has all three.
 *
 * @throws Error with a remedy when Go is missing or too old, see {@link goToolchain}.
 */
export function toolsLayout(environment: NodeJS.ProcessEnv = process.env): Layout {
  const moduleDir = import.meta.dirname;
  const base = join(dirname(dirname(moduleDir)), 'bin', 'tools');
  const directory = join(base, contentHash(moduleDir));
  const assets = environment.KUBEBUILDER_ASSETS;
  const lackingAssets = assets ? CONTROL_PLANE.filter((name) => !existsSync(join(assets, name))) : undefined;
  const controlPlane = assets && lackingAssets?.length === 0 ? assets : directory;
  const tools: Tools = {
    etcd: join(controlPlane, 'etcd'),
    kubeApiserver: join(controlPlane, 'kube-apiserver'),
    kubectl: join(controlPlane, 'kubectl'),
    argocdNotifications: join(directory, 'argocd-notifications'),
    applicationCrd: join(directory, 'argocd', 'application-crd.yaml'),
    appProjectCrd: join(directory, 'argocd', 'appproject-crd.yaml'),
    notificationsCatalog: join(directory, 'argocd', 'notifications-catalog.yaml'),
  };
  return { moduleDir, base, directory, tools, lackingAssets };
}

/** The tools that are not there, as absolute paths. */
export function missingTools(layout: Layout): string[] {
  return Object.values(layout.tools).filter((path) => !existsSync(path));
}

function contentHash(moduleDir: string): string {
  const hash = createHash('sha256');
  const { version, os, arch } = goToolchain(moduleDir);
  hash.update(`${version} ${os} ${arch}\n`);
  for (const file of ['go.mod', 'go.sum', ...globSync('cmd/**/*.go', { cwd: moduleDir }).sort()]) {
    const content = readFileSync(join(moduleDir, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}
