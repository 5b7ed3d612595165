import type { Command } from 'commander';
import { locateEngine } from '../../engine/locate.ts';
import { GROUP } from '../api/kinds.ts';
import { engineAsker, Gate } from '../cluster/gate.ts';
import { readConfiguration } from '../config/read.ts';
import { createEngine } from '../engine/client.ts';
import { type Engine, EngineUnavailableError } from '../engine/types.ts';
import { createLogger } from '../lib/logger.ts';
import { type ProcessIO, UsageError } from '../lib/process-io.ts';
import { describeFinding } from './finding.ts';
import { type JudgedFiles, judge } from './judge.ts';
import { type Manifest, ManifestError, readManifests } from './manifests.ts';
import type { CommandClocks } from './snapshot.ts';
import { isOfOurGroup } from './unknown-kinds.ts';

/** The options that all commands on files have. */
export interface FilesOptions {
  readonly file: string[];
  readonly config?: string;
}

/** What every help text of these commands ends with, before its examples. */
export const FILES_HELP = `
The files must contain the resources that another namespace shares. If a Secret is missing from the files, its credentials count as
valid; if a Namespace is missing, it counts as selected. The command also reads the context of argocd-notifications-cm, the url of
argocd-cm, the labels of Namespaces and the grants on AppProjects from the files. Argo CD's own engine checks templates and
conditions.`;

/** Gives a command the options of those that work on files. */
export function filesOptions(command: Command): Command {
  return command
    .requiredOption(
      '-f, --file <path...>',
      'files, or folders: the command reads all .yaml, .yml and .json files in them',
    )
    .option(
      '--config <file>',
      "the operator's configuration file, for its target, tenancy and limits (default: its defaults)",
    );
}

/** What such a command works with. */
export interface FilesWork extends JudgedFiles {
  readonly engine: Engine;
}

/**
 * Reads the files, has them judged, and works with the result while the engine runs.
 * @throws UsageError if files or configuration can't be read, or there is no engine
 */
export async function withJudgement(
  { file, config: configFile }: FilesOptions,
  clocks: CommandClocks,
  io: ProcessIO,
  work: (judged: FilesWork) => void | Promise<void>,
): Promise<void> {
  const config = readConfiguration(configFile);
  const manifests = await readFiles(file);
  if (!manifests.some(isOfOurGroup)) {
    throw new UsageError(`${file.join(', ')}: no custom resources of ${GROUP} found`);
  }
  await withEngine(io, async (engine, gate) => {
    await work({ ...(await judge(manifests, config, gate, clocks)), engine });
  });
}

/**
 * Works while Argo CD's engine runs.
 * @throws UsageError if there is no engine
 */
export async function withEngine(
  { stderr }: ProcessIO,
  work: (engine: Engine, gate: Gate) => Promise<void>,
): Promise<void> {
  const engine = createEngine({ program: engineProgram() });
  try {
    await engine.version();
    await work(engine, new Gate(engineAsker(engine), new Map(), createLogger('warn', stderr)));
  } catch (error) {
    if (error instanceof EngineUnavailableError) throw new UsageError(error.message, { cause: error });
    throw error;
  } finally {
    await engine.close();
  }
}

/**
 * The documents of files and folders.
 * @throws UsageError if one can't be read
 */
export async function readFiles(paths: readonly string[]): Promise<Manifest[]> {
  try {
    return await readManifests(paths);
  } catch (error) {
    if (error instanceof ManifestError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function engineProgram(): string {
  try {
    return locateEngine();
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** Tells what is refused, and returns whether anything is. */
export function tellRefusals({ findings }: JudgedFiles, { stderr }: ProcessIO): boolean {
  const refused = findings.filter(({ accepted }) => !accepted);
  for (const finding of refused) stderr.write(`${describeFinding(finding)}\n`);
  return refused.length > 0;
}
