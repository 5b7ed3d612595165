/** `lint`: the findings of the API server and the operator on custom resources in files. files/judge.ts finds them. */

import { describeFinding } from '../../files/finding.ts';
import { type FilesOptions, withJudgement } from '../judged-files.ts';
import { FindingsError, type ProcessIO } from '../process-io.ts';

/** All options of `argocd-dingtalk lint`. */
export interface LintOptions extends FilesOptions {
  readonly output: 'text' | 'json';
}

/**
 * Prints the findings.
 * @throws FindingsError if something is refused
 * @throws UsageError if files or configuration can't be read
 */
export async function lint(options: LintOptions, io: ProcessIO): Promise<void> {
  const now = new Date();
  await withJudgement(options, { now, serverTime: now }, io, ({ findings }) => {
    if (options.output === 'json') io.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
    else for (const finding of findings) io.stdout.write(`${describeFinding(finding)}\n`);
    if (findings.some(({ accepted }) => !accepted)) throw new FindingsError();
  });
}
