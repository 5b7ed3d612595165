import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { LiveObject } from '../../core/model/snapshot.ts';
import { type ProcessIO, UsageError } from '../process-io.ts';
import { readForeignConfig } from './foreign-config.ts';
import { adoptedFiles, asYaml, foldersByNamespace } from './manifests.ts';
import { nextSteps } from './next-steps.ts';
import type { AdoptOptions } from './options.ts';
import { secretComments, secretsToMake } from './secrets-to-make.ts';
import { type AdoptState, summaryLines, summaryOf } from './summary.ts';
import { type AdoptReport, adoptJson, adoptText, section } from './text.ts';

/** The circumstances of a report. */
interface Printing {
  readonly options: AdoptOptions;
  readonly namespace: string;
  readonly config: OperatorConfiguration;
  readonly configMap: LiveObject;
  /** Whether the keys of Argo CD's Secret are known. */
  readonly knowsSecret: boolean;
  readonly io: ProcessIO;
}

/**
 * Prints or writes the manifests; for people, then the summary, the next steps and the details.
 * @throws UsageError if files can't be written
 */
export async function printAdoption(report: AdoptReport, printing: Printing): Promise<void> {
  const { options, namespace, config, configMap, knowsSecret, io } = printing;
  const { output, outputDir, redact = false, splitBy } = options;
  const plain = adoptedFiles(report.missing, redact);
  const files = splitBy ? foldersByNamespace(plain) : plain;
  const manifests = [...files.values()].flat();
  const secrets = secretsToMake(report.missing, redact, readForeignConfig(configMap), {
    ...config.target,
    isKnown: knowsSecret,
  });
  const comments = secretComments(secrets);
  if (outputDir !== undefined) await writeFiles(outputDir, files, comments);
  const summary = summaryOf(report);
  const { grants, removals } = report.adoption;
  const facts = {
    ...summary,
    outOfScope: report.outOfScope.length,
    secretsToMake: secrets.size,
    owners: report.owners.filter(({ isFile }) => !isFile).length,
    files: report.owners.filter(({ isFile }) => isFile).length,
    grants: grants.length,
    removals: removals.commands.length + removals.edits.length,
  };
  const steps = nextSteps(facts, options, config);
  if (output === 'json') {
    const shown = outputDir === undefined ? { manifests } : { outputDir };
    const result = {
      ...shown,
      summary: { ...summary, next: steps },
      secretsToMake: [...secrets.values()],
      ...adoptJson(report),
    };
    io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  if (outputDir === undefined) io.stdout.write(asYaml(manifests, comments));
  const lines = [
    ...summaryLines(summary, report),
    ...section(
      NEXT[summary.state],
      steps.map((step, index) => `${index + 1}. ${step}`),
    ),
    ...credentialsLines(files, outputDir),
  ];
  const details = adoptText(report, namespace);
  io.stderr.write(`${lines.join('\n')}\n${details === '' ? '' : `\n${details}`}`);
}

const NEXT: Readonly<Record<AdoptState, string>> = {
  nothing: 'Next:',
  'not-applied': 'Nothing is changed yet. Next:',
  'partly-applied': 'Some of the resources are applied already, and the others are printed. Next:',
  applied: 'All resources are applied, and the switch is not made yet. Next:',
};

/** The files with Secrets, which no other file has. */
function credentialsLines(
  files: ReadonlyMap<string, readonly object[]>,
  outputDir: string | undefined,
): string[] {
  const found = [...files].flatMap(([name, objects]) => (isSecret(name) && objects.length > 0 ? [name] : []));
  const [only, ...more] = found;
  if (only === undefined) return [];
  if (outputDir === undefined) return ['The output holds access tokens: keep it out of Git and logs.'];
  const subject =
    more.length === 0
      ? `${join(outputDir, only)} holds`
      : `The files ${join(outputDir, '*', basename(only))} hold`;
  return [`${subject} access tokens: keep ${more.length === 0 ? 'it' : 'them'} out of Git and logs.`];
}

const isSecret = (file: string): boolean => basename(file) === 'credentials.yaml';

/** Only their owner may read credentials. Existing files are not overwritten: they may have been edited. */
async function writeFiles(
  dir: string,
  files: ReadonlyMap<string, readonly object[]>,
  comments: ReadonlyMap<object, string>,
): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    for (const [name, manifests] of files) {
      if (manifests.length === 0) continue;
      await mkdir(dirname(join(dir, name)), { recursive: true });
      await writeFile(join(dir, name), asYaml(manifests, comments), {
        flag: 'wx',
        mode: isSecret(name) ? 0o600 : 0o644,
      });
    }
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'EEXIST'
        ? `${path} exists already, and may have been edited. Name another folder, or delete this one.`
        : message;
    throw new UsageError(`--output-dir: ${why}`, { cause: error });
  }
}
