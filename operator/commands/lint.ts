import { type Command, Option } from 'commander';
import { describeFinding } from '../files/finding.ts';
import { FILES_HELP, type FilesOptions, filesOptions, withJudgement } from '../files/offline.ts';
import { FindingsError, type ProcessIO } from '../lib/process-io.ts';

interface LintOptions extends FilesOptions {
  readonly output: 'text' | 'json';
}

/** `argocd-dingtalk lint`: what the operator would say of files, without a cluster. */
export function lintCommand(command: Command, io: ProcessIO): void {
  const { stdout } = io;
  filesOptions(command)
    .addOption(
      new Option('-o, --output <format>', 'how to print findings').choices(['text', 'json']).default('text'),
    )
    .addHelpText(
      'after',
      `
Each finding names file, line and column, what is wrong, and what to do. Errors are refused; with a warning, the
operator takes the resource. docs/reasons.md explains every reason.
${FILES_HELP}

Exit codes: 0 nothing is refused, 1 something is, 2 the command was called wrongly or could not read its input.

Examples:
  argocd-dingtalk lint -f samples/quickstart --config samples/config.yaml
  argocd-dingtalk lint -f deploy -o json | jq '.[] | select(.accepted | not)'
  kubectl kustomize overlays/prod | argocd-dingtalk lint -f /dev/stdin`,
    )
    .action(async (options: LintOptions) => {
      const now = new Date();
      await withJudgement(options, { now, serverTime: now }, io, ({ findings }) => {
        if (options.output === 'json') stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
        else for (const finding of findings) stdout.write(`${describeFinding(finding)}\n`);
        if (findings.some(({ accepted }) => !accepted)) throw new FindingsError();
      });
    });
}
