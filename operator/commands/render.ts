import { type Command, Option } from 'commander';
import { Document, isScalar, Scalar, visit } from 'yaml';
import {
  FILES_HELP,
  type FilesOptions,
  filesOptions,
  tellRefusals,
  withJudgement,
} from '../files/offline.ts';
import { type RenderedTarget, renderTarget } from '../files/target.ts';
import { FindingsError, type ProcessIO } from '../lib/process-io.ts';

interface RenderOptions extends FilesOptions {
  readonly output: 'yaml' | 'json';
}

/** Longer values are block scalars. */
const MAX_FLOW_LENGTH = 60;
const LINE_WIDTH = 120;

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
    .action(async (options: RenderOptions) => {
      const now = new Date();
      await withJudgement(options, { now, serverTime: now }, io, (judged) => {
        const target = renderTarget(judged.decision, judged.config);
        io.stdout.write(options.output === 'json' ? asJson(target) : asYaml(target));
        if (tellRefusals(judged, io)) throw new FindingsError();
      });
    });
}

function asJson({ configMap, secret }: RenderedTarget): string {
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [configMap, secret] }, null, 2)}\n`;
}

/** Values of one line are folded at white space, the others stand as they are: both read back as the same value. */
function asYaml({ configMap, secret }: RenderedTarget): string {
  return [configMap, secret]
    .map((object) => {
      const document = new Document(object);
      visit(document, {
        Scalar(_, node) {
          if (!isScalar<string>(node) || node.value.length <= MAX_FLOW_LENGTH) return;
          node.type = node.value.includes('\n') ? Scalar.BLOCK_LITERAL : Scalar.BLOCK_FOLDED;
        },
      });
      return document.toString({ lineWidth: LINE_WIDTH });
    })
    .join('---\n');
}
