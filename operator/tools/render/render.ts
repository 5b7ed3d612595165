/**
 * `render`: Argo CD's ConfigMap and Secret that result from custom resources in files.
 *
 * files/judge.ts decides on the files, and target.ts makes the two objects of the decision.
 */

import { Document, isScalar, Scalar, visit } from 'yaml';
import { type FilesOptions, reportRefusals, withJudgement } from '../judged-files.ts';
import { FindingsError, type ProcessIO } from '../process-io.ts';
import { type RenderedTarget, renderTarget } from './target.ts';

/** All options of `argocd-dingtalk render`. */
export interface RenderOptions extends FilesOptions {
  readonly output: 'yaml' | 'json';
}

/** Longer values are block scalars. */
const MAX_FLOW_LENGTH = 60;
const LINE_WIDTH = 120;

/**
 * Prints the two objects.
 * @throws FindingsError if something is refused
 * @throws UsageError if files or configuration can't be read
 */
export async function render(options: RenderOptions, io: ProcessIO): Promise<void> {
  const now = new Date();
  await withJudgement(options, { now, serverTime: now }, io, ({ decision, config, findings }) => {
    const target = renderTarget(decision, config);
    io.stdout.write(options.output === 'json' ? asJson(target) : asYaml(target));
    if (reportRefusals(findings, io)) throw new FindingsError();
  });
}

function asJson({ configMap, secret }: RenderedTarget): string {
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [configMap, secret] }, null, 2)}\n`;
}

/** Values of one line are folded at white space, the others are printed unchanged: both read back as the same value. */
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
