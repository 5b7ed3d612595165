import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type OutputFolder, outputFolder } from '../../engine/go-build/output-folder.ts';
import { goToolchain } from '../../engine/go-build/toolchain.ts';

/** The versions of Helm that the chart is for. Each has a Go module of its own, which pins it. */
export const HELM_VERSIONS = [3, 4] as const;

/** A major version of Helm. */
export type HelmVersion = (typeof HELM_VERSIONS)[number];

/** Where one version of Helm belongs, whether it exists yet or not. */
export interface HelmLayout extends OutputFolder {
  /** Absolute path of the program. */
  readonly helm: string;
}

/**
 * Computes the layout.
 *
 * @throws Error with a remedy when Go is missing or too old, see {@link goToolchain}.
 */
export function helmLayout(major: HelmVersion): HelmLayout {
  const moduleDir = join(import.meta.dirname, `v${major}`);
  const base = join(dirname(dirname(import.meta.dirname)), 'bin', 'helm', `v${major}`);
  const { version, os, arch } = goToolchain(moduleDir, `Helm ${major}`);
  const folder = outputFolder({ moduleDir, base }, `${version} ${os} ${arch}`, []);
  return { ...folder, helm: join(folder.directory, 'helm') };
}

/** The path of Helm if it is not there; otherwise nothing. */
export const missingHelm = ({ helm }: HelmLayout): string[] => (existsSync(helm) ? [] : [helm]);
