import { type Command, Option } from 'commander';
import type { ProcessIO } from '../tools/process-io.ts';
import { type RenderOptions, render } from '../tools/render/render.ts';
import { FILES_HELP, filesOptions } from './options.ts';

/** `argocd-dingtalk render`: the objects that the operator would write for files, without a cluster. */
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
The output has only the operator's own keys, as in an otherwise empty target. The Secret has a description in brackets in place
of each value; no URL or token is ever printed. Triggers contain the moment from which events count; here this is the present
moment. Refused resources are left out and named on standard error, as by lint.
${FILES_HELP}

Exit codes: 0 nothing is refused, 1 something is refused, 2 the command was called wrongly or could not read its input.

Examples:
  argocd-dingtalk render -f samples/quickstart --config samples/config.yaml
  kustomize build deploy | argocd-dingtalk render -f -
  argocd-dingtalk render -f deploy -o json | jq -r '.items[0].data | keys[]'`,
    )
    .action((options: RenderOptions) => render(options, io));
}
