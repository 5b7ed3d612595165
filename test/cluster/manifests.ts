import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Layout } from './layout.ts';

const ARGOCD = 'github.com/argoproj/argo-cd/v3';
const run = promisify(execFile);

/**
 * Copies Argo CD's own CRDs and notifications catalogue out of the module that the controller is built from, so that
 * all of them are of one version. Each file appears whole or not at all.
 *
 * @throws Error when Go cannot fetch the module or the module lacks a file.
 */
export async function copyManifests(layout: Layout): Promise<void> {
  const module = await moduleFolder(layout.moduleDir);
  const { applicationCrd, appProjectCrd, notificationsCatalog } = layout.tools;
  await copyWhole(join(module, 'manifests', 'crds', 'application-crd.yaml'), applicationCrd);
  await copyWhole(join(module, 'manifests', 'crds', 'appproject-crd.yaml'), appProjectCrd);
  await copyWhole(join(module, 'notifications_catalog', 'install.yaml'), notificationsCatalog);
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

async function copyWhole(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const partial = `${target}.tmp-${process.pid}`;
  try {
    await copyFile(source, partial);
    await chmod(partial, 0o644); // the module cache is read-only, and copies would be too
    await rename(partial, target);
  } catch (cause) {
    throw new Error(`cannot copy ${source} to ${target}`, { cause });
  } finally {
    await rm(partial, { force: true });
  }
}
