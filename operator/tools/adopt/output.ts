import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ProcessIO, UsageError } from '../process-io.ts';
import { adoptedFiles, asYaml, foldersByNamespace } from './manifests.ts';
import type { AdoptOptions } from './options.ts';
import { type AdoptReport, adoptJson, adoptText } from './text.ts';

/** Prints or writes the manifests, and the decision on each key. @throws UsageError if files can't be written */
export async function printAdoption(
  report: AdoptReport,
  { output, outputDir, redact = false, splitBy }: AdoptOptions,
  namespace: string,
  { stdout, stderr }: ProcessIO,
): Promise<void> {
  const plain = adoptedFiles(report.missing, redact);
  const files = splitBy ? foldersByNamespace(plain) : plain;
  const manifests = [...files.values()].flat();
  if (outputDir !== undefined) await writeFiles(outputDir, files);
  if (output === 'json') {
    const shown = outputDir === undefined ? { manifests } : { outputDir };
    stdout.write(`${JSON.stringify({ ...shown, ...adoptJson(report) }, null, 2)}\n`);
    return;
  }
  if (outputDir === undefined) stdout.write(asYaml(manifests));
  stderr.write(adoptText(report, namespace));
  if (manifests.length === 0) {
    stderr.write(report.existing.length > 0 ? NEXT : 'there is no DingTalk configuration to adopt.\n');
    return;
  }
  const where =
    outputDir === undefined ? 'the output' : join(outputDir, splitBy ? '*/' : '', 'credentials.yaml');
  if (!redact) stderr.write(`${where} holds access tokens: keep it out of Git and logs.\n`);
  stderr.write(`nothing is changed yet. Stop the operator before you apply these resources. ${NEXT}`);
}

const NEXT = 'To switch to applied resources: argocd-dingtalk adopt --take-over\n';

/** Only their owner may read credentials. Existing files are not overwritten: they may have been edited. */
async function writeFiles(dir: string, files: ReadonlyMap<string, readonly object[]>): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    for (const [name, manifests] of files) {
      if (manifests.length === 0) continue;
      await mkdir(dirname(join(dir, name)), { recursive: true });
      const isSecret = basename(name).startsWith('cred');
      await writeFile(join(dir, name), asYaml(manifests), { flag: 'wx', mode: isSecret ? 0o600 : 0o644 });
    }
  } catch (error) {
    throw new UsageError(`--output-dir: ${(error as Error).message}`, { cause: error });
  }
}
