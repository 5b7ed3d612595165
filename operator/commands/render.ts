import { type Command, Option } from 'commander';
import type { ProcessIO } from '../tools/process-io.ts';
import { type RenderOptions, render } from '../tools/render/render.ts';
import { FILES_HELP, filesOptions } from './options.ts';

/** `argocd-dingtalk render`: what the operator would write for files, without a cluster. */
export function renderCommand(command: Command, io: ProcessIO): void {
  filesOptions(command)
    .addOption(
      new Option('-o, --output <format>', 'how to print the objects')
        .choices(['yaml', 'json'])
        .default('yaml'),
    )
    .addHelpText(
      'after',
      `
Only the operator's own keys are printed, as they would stand in an otherwise empty target. The Secret says in
brackets what stands in each place; no URL or token is ever printed. Triggers name the moment from which on events
count, which is now. What is refused is told on standard error, as by lint, and left out.
${FILES_HELP}

Exit codes: 0 nothing is refused, 1 something is, 2 the command was called wrongly or could not read its input.

Examples:
  argocd-dingtalk render -f samples/quickstart --config samples/config.yaml
  argocd-dingtalk render -f deploy -o json | jq -r '.items[0].data | keys[]'`,
    )
    .action((options: RenderOptions) => render(options, io));
}
