import { type Command, Option } from 'commander';
import { type LintOptions, lint } from '../tools/lint/lint.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { FILES_HELP, filesOptions } from './options.ts';

/** `argocd-dingtalk lint`: the operator's findings on files, without a cluster. */
export function lintCommand(command: Command, io: ProcessIO): void {
  filesOptions(command)
    .addOption(
      new Option('-o, --output <format>', 'how to print findings').choices(['text', 'json']).default('text'),
    )
    .addHelpText(
      'after',
      `
Each finding names file, line and column, the problem, and the remedy. The operator refuses a resource with an error, and
accepts a resource with a warning. docs/reasons.md explains every reason.
${FILES_HELP}

Exit codes: 0 nothing is refused, 1 something is refused, 2 the command was called wrongly or could not read its input.

Examples:
  argocd-dingtalk lint -f samples/quickstart --config samples/config.yaml
  argocd-dingtalk lint -f deploy -o json | jq '.[] | select(.accepted | not)'
  kubectl kustomize overlays/prod | argocd-dingtalk lint -f -`,
    )
    .action((options: LintOptions) => lint(options, io));
}
