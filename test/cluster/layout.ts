import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type OutputFolder, outputFolder } from '../../engine/go-build/output-folder.ts';
import { goToolchain } from '../../engine/go-build/toolchain.ts';

/** Absolute paths of everything the cluster tests run or apply. */
export interface Tools {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubectl: string;
  readonly argocdNotifications: string;
  readonly argocdHealth: string;
  readonly applicationCrd: string;
  readonly appProjectCrd: string;
  readonly notificationsCatalog: string;
}

/** Where the tools of this checkout belong, whether they exist yet or not. */
export interface Layout extends OutputFolder {
  readonly tools: Tools;
  /** What `KUBEBUILDER_ASSETS` lacks; undefined when it is not set, empty when it is used. */
  readonly lackingAssets: readonly string[] | undefined;
}

const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kubectl'] as const;

/**
 * Computes the layout. `KUBEBUILDER_ASSETS` (etcd, kube-apiserver and kubectl of one's own) takes the place of
 * the control plane if it has all three.
 *
 * @throws Error with a remedy when Go is missing or too old, see {@link goToolchain}.
 */
export function toolsLayout(environment: NodeJS.ProcessEnv = process.env): Layout {
  const moduleDir = import.meta.dirname;
  const base = join(dirname(dirname(moduleDir)), 'bin', 'tools');
  const { version, os, arch } = goToolchain(moduleDir, 'the test control plane');
  const sources = globSync('cmd/**/*.go', { cwd: moduleDir });
  const folder = outputFolder({ moduleDir, base }, `${version} ${os} ${arch}`, sources);
  const { directory } = folder;
  const assets = environment.KUBEBUILDER_ASSETS;
  const lackingAssets = assets ? CONTROL_PLANE.filter((name) => !existsSync(join(assets, name))) : undefined;
  const controlPlane = assets && lackingAssets?.length === 0 ? assets : directory;
  const tools: Tools = {
    etcd: join(controlPlane, 'etcd'),
    kubeApiserver: join(controlPlane, 'kube-apiserver'),
    kubectl: join(controlPlane, 'kubectl'),
    argocdNotifications: join(directory, 'argocd-notifications'),
    argocdHealth: join(directory, 'argocd-health'),
    applicationCrd: join(directory, 'argocd', 'application-crd.yaml'),
    appProjectCrd: join(directory, 'argocd', 'appproject-crd.yaml'),
    notificationsCatalog: join(directory, 'argocd', 'notifications-catalog.yaml'),
  };
  return { ...folder, tools, lackingAssets };
}

/** The tools that are not there, as absolute paths. */
export function missingTools(layout: Layout): string[] {
  return Object.values(layout.tools).filter((path) => !existsSync(path));
}
