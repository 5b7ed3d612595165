import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Layout } from './layout.ts';

const ARGOCD = 'github.com/argoproj/argo-cd/v3';
const run = promisify(execFile);

/** A file of Argo CD's module, and where to copy it to. */
interface ArgoCDFile {
  /** Below the module. */
  readonly from: string;
  readonly to: string;
  /** false */
  readonly executable?: boolean;
}

/**
 * Copies Argo CD's own CRDs and notifications catalogue.
 *
 * @throws Error as {@link copyFromArgoCD} does.
 */
export async function copyManifests(layout: Layout): Promise<void> {
  const { applicationCrd, appProjectCrd, notificationsCatalog } = layout.tools;
  await copyFromArgoCD(layout.moduleDir, [
    { from: 'manifests/crds/application-crd.yaml', to: applicationCrd },
    { from: 'manifests/crds/appproject-crd.yaml', to: appProjectCrd },
    { from: 'notifications_catalog/install.yaml', to: notificationsCatalog },
  ]);
}

/**
 * Copies files of Argo CD out of the module that its programs are built from, so that all of them are of one version. Each
 * file appears whole or not at all.
 *
 * @throws Error when Go cannot fetch the module or the module lacks a file.
 */
export async function copyFromArgoCD(moduleDir: string, files: readonly ArgoCDFile[]): Promise<void> {
  const module = await moduleFolder(moduleDir);
  for (const { from, to, executable = false } of files)
    await copyWhole(join(module, from), to, executable ? 0o755 : 0o644);
}

async function moduleFolder(moduleDir: string): Promise<string> {
  const folder = await listModule(moduleDir);
  if (folder !== '') return folder;
  // Known, but not in the module cache: a build from cached packages does not need the sources.
  await go(moduleDir, ['mod', 'download', ARGOCD]);
  return listModule(moduleDir);
}

async function listModule(moduleDir: string): Promise<string> {
  return (await go(moduleDir, ['list', '-mod=readonly', '-m', '-f', '{{.Dir}}', ARGOCD])).trim();
}

async function go(moduleDir: string, args: string[]): Promise<string> {
  try {
    return (await run('go', args, { cwd: moduleDir, env: { ...process.env, GOWORK: 'off' } })).stdout;
  } catch (cause) {
    throw new Error(`go ${args.join(' ')} failed: ${(cause as { stderr?: string }).stderr ?? cause}`, {
      cause,
    });
  }
}

async function copyWhole(source: string, target: string, mode: number): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const partial = `${target}.tmp-${process.pid}`;
  try {
    await copyFile(source, partial);
    await chmod(partial, mode); // the module cache is read-only, and copies would be too
    await rename(partial, target);
  } catch (cause) {
    throw new Error(`cannot copy ${source} to ${target}`, { cause });
  } finally {
    await rm(partial, { force: true });
  }
}
