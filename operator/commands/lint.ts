import { Command, Option } from 'commander';
import { locateEngine } from '../../engine/locate.ts';
import { GROUP } from '../api/kinds.ts';
import { engineAsker, Gate } from '../controller/gate.ts';
import { createEngine } from '../engine/client.ts';
import { type LintFinding, lint } from '../files/lint.ts';
import { ManifestError, readManifests } from '../files/manifests.ts';
import { createLogger } from '../log.ts';
import { readConfiguration } from './configuration.ts';
import { FindingsError, type Surroundings, UsageError } from './surroundings.ts';

interface LintOptions {
  readonly file: string[];
  readonly config?: string;
  readonly output: 'text' | 'json';
}

/** `argocd-dingtalk lint`: what the operator would say of files, without a cluster. */
export function lintCommand(surroundings: Surroundings): Command {
  const { stdout } = surroundings;
  return new Command('lint')
    .description('Say what the operator would say of custom resources in files. Needs no cluster.')
    .requiredOption(
      '-f, --file <path...>',
      'files, or folders with all the .yaml, .yml and .json files below them',
    )
    .option(
      '--config <file>',
      "the operator's configuration file, for its grants and trusted namespaces (default: its defaults)",
    )
    .addOption(
      new Option('-o, --output <format>', 'how to print findings').choices(['text', 'json']).default('text'),
    )
    .addHelpText(
      'after',
      `
Credentials that are not among the files are taken to be right. Argo CD's own engine judges templates and conditions;
it takes a second to start.

Exit codes: 0 nothing is refused, 1 something is, 2 the files can't be read.

Example:
  argocd-dingtalk lint -f samples/quickstart --config samples/config.yaml`,
    )
    .action(async (options: LintOptions) => {
      const findings = await lintFiles(options, surroundings);
      if (options.output === 'json') stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      else for (const finding of findings) stdout.write(`${describeFinding(finding)}\n`);
      if (findings.some(({ accepted }) => !accepted)) throw new FindingsError();
    });
}

async function lintFiles({ file, config }: LintOptions, { stderr }: Surroundings): Promise<LintFinding[]> {
  const configuration = readConfiguration(config);
  const manifests = await readManifests(file).catch((error: unknown) => {
    throw error instanceof ManifestError ? new UsageError(error.message, { cause: error }) : error;
  });
  if (
    !manifests.some(({ value }) =>
      `${(value as { apiVersion?: unknown }).apiVersion}`.startsWith(`${GROUP}/`),
    )
  ) {
    throw new UsageError(`${file.join(', ')}: no custom resources of ${GROUP} found`);
  }
  const engine = createEngine({ wasmPath: locateEngine() });
  try {
    const gate = new Gate(engineAsker(engine), new Map(), createLogger('warn', stderr));
    return await lint(manifests, configuration, gate, new Date());
  } finally {
    await engine.close();
  }
}

function describeFinding({
  file,
  line,
  column,
  kind,
  namespace,
  name,
  accepted,
  reason,
  message,
}: LintFinding): string {
  const level = accepted ? 'warning' : 'error';
  return `${file}:${line}:${column}: ${level}: ${kind} ${namespace}/${name}: ${reason}: ${message}`;
}
