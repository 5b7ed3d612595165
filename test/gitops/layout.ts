import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type OutputFolder, outputFolder } from '../../engine/go-build/output-folder.ts';
import { goToolchain } from '../../engine/go-build/toolchain.ts';

/** Argo CD as it is released: one program, whose role is chosen by the environment. The module's `tool` line names it, too. */
export const ARGOCD_PACKAGE = 'github.com/argoproj/argo-cd/v3/cmd';

/** Absolute paths of what an Argo CD that syncs needs, beside the test control plane. */
export interface GitopsTools {
  /** Argo CD's controllers and its repo-server. */
  readonly argocd: string;
  readonly redis: string;
  /** A script of Argo CD's image, which the repo-server looks for on its PATH. It has a folder of its own. */
  readonly verifyWrapper: string;
  readonly applicationSetCrd: string;
}

/** Where these tools belong, whether they exist yet or not. */
export interface GitopsLayout extends OutputFolder {
  readonly tools: GitopsTools;
}

/**
 * Computes the layout. The module is apart from that of the test control plane, so that a change here builds no API server.
 *
 * @throws Error with a remedy when Go is missing or too old, see {@link goToolchain}.
 */
export function gitopsLayout(): GitopsLayout {
  const moduleDir = import.meta.dirname;
  const base = join(dirname(dirname(moduleDir)), 'bin', 'gitops');
  const { version, os, arch } = goToolchain(moduleDir, 'an Argo CD that syncs');
  const folder = outputFolder({ moduleDir, base }, `${version} ${os} ${arch}`, ['cmd/redis/main.go']);
  const { directory } = folder;
  const tools: GitopsTools = {
    argocd: join(directory, 'argocd'),
    redis: join(directory, 'redis'),
    verifyWrapper: join(directory, 'path', 'git-verify-wrapper.sh'),
    applicationSetCrd: join(directory, 'applicationset-crd.yaml'),
  };
  return { ...folder, tools };
}

/** The tools that are not there, as absolute paths. */
export function missingGitopsTools({ tools }: GitopsLayout): string[] {
  return Object.values(tools).filter((path) => !existsSync(path));
}

/**
 * Finds the tools that `make tools-gitops` built.
 *
 * @throws Error that names what is missing and the remedy.
 */
export function locateGitopsTools(): GitopsTools {
  const layout = gitopsLayout();
  const missing = missingGitopsTools(layout);
  if (missing.length > 0)
    throw new Error(`Argo CD is not complete, run 'make tools-gitops'; missing: ${missing.join(', ')}`);
  return layout.tools;
}
