import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type OutputFolder, outputFolder } from '../../engine/go-build/output-folder.ts';
import { goToolchain } from '../../engine/go-build/toolchain.ts';

/** A module of its own pins the version: Prometheus and Kubernetes need different versions of the same modules. */
export const PROMTOOL_PACKAGE = 'github.com/prometheus/prometheus/cmd/promtool';

/** Without Prometheus' discovery of services, whose clients of all clouds take most of the build and are no part of a check of rules. */
export const PROMTOOL_FLAGS = '-tags=remove_all_sd';

/** Where promtool belongs, whether it exists yet or not. */
export interface PromtoolLayout extends OutputFolder {
  /** Absolute path of the program. */
  readonly promtool: string;
}

/**
 * Computes the layout.
 *
 * @throws Error with a remedy when Go is missing or too old, see {@link goToolchain}.
 */
export function promtoolLayout(): PromtoolLayout {
  const moduleDir = import.meta.dirname;
  const base = join(dirname(dirname(moduleDir)), 'bin', 'promtool');
  const { version, os, arch } = goToolchain(moduleDir, 'promtool');
  const folder = outputFolder({ moduleDir, base }, `${version} ${os} ${arch} ${PROMTOOL_FLAGS}`, []);
  return { ...folder, promtool: join(folder.directory, 'promtool') };
}

/** The path of promtool if it is not there; otherwise nothing. */
export const missingPromtool = ({ promtool }: PromtoolLayout): string[] =>
  existsSync(promtool) ? [] : [promtool];
