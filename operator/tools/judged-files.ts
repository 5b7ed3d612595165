import { GROUP } from '../api/kinds.ts';
import type { Engine } from '../engine/types.ts';
import { describeFinding, type LintFinding } from '../files/finding.ts';
import { type JudgedFiles, judge } from '../files/judge.ts';
import { type Manifest, ManifestError } from '../files/manifests.ts';
import { readManifests, shownPaths } from '../files/read-manifests.ts';
import type { CommandClocks } from '../files/snapshot.ts';
import { isOfOurGroup } from '../files/unknown-kinds.ts';
import { readConfiguration } from './configuration.ts';
import { withEngineMeanwhile } from './engine.ts';
import { type ProcessIO, UsageError } from './process-io.ts';

/** The options that all tools on files have. */
export interface FilesOptions {
  /** Files, or folders with all manifests below them; `-` for standard input. */
  readonly file: string[];
  /** The operator's configuration file; absent for the defaults. */
  readonly config?: string;
}

/** The input of such a tool. */
export interface FilesWork extends JudgedFiles {
  readonly engine: Engine;
}

/**
 * Reads and judges the files, and works with the result while the engine runs.
 * @throws UsageError if files or configuration can't be read, or there is no engine
 */
export async function withJudgement(
  { file, config: configFile }: FilesOptions,
  clocks: CommandClocks,
  io: ProcessIO,
  work: (judged: FilesWork) => void | Promise<void>,
): Promise<void> {
  const config = readConfiguration(configFile);
  const read = async (): Promise<Manifest[]> => {
    const manifests = await readFiles(file, io);
    if (manifests.some(isOfOurGroup)) return manifests;
    throw new UsageError(`${shownPaths(file)}: no custom resources of ${GROUP} found`);
  };
  await withEngineMeanwhile(io, read, async (engine, gate, manifests) => {
    await work({ ...(await judge(manifests, config, gate, clocks)), engine });
  });
}

/**
 * The documents of files and folders.
 * @throws UsageError if one can't be read
 */
export async function readFiles(
  paths: readonly string[],
  { stdin }: Pick<ProcessIO, 'stdin'>,
): Promise<Manifest[]> {
  try {
    return await readManifests(paths, stdin);
  } catch (error) {
    if (error instanceof ManifestError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** Writes the refusals among the findings on standard error, and returns whether there are any. */
export function reportRefusals(findings: readonly LintFinding[], { stderr }: ProcessIO): boolean {
  const refused = findings.filter(({ accepted }) => !accepted);
  for (const finding of refused) stderr.write(`${describeFinding(finding)}\n`);
  return refused.length > 0;
}
