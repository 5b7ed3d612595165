import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { locateTools } from './tools.ts';

/** A resource's health, as Argo CD shows it. */
export interface ArgoCDHealth {
  readonly status: string;
  readonly message?: string;
}

/**
 * Has Argo CD's own engine judge resources, by the scripts in a manifest of argocd-cm.
 * @returns in the order of the resources; null where no script is for the kind
 * @throws Error if the program fails, or a script does
 */
export async function argocdHealth(
  configMapFile: string,
  resources: readonly object[],
): Promise<(ArgoCDHealth | null)[]> {
  const child = spawn(locateTools().argocdHealth, [configMapFile]);
  const ended = once(child, 'close') as Promise<[number | null]>;
  child.stdin.end(resources.map((each) => `${JSON.stringify(each)}\n`).join(''));
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`argocd-health ended with ${code}: ${stderr}`);
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as (ArgoCDHealth & { readonly error?: string }) | null);
  const failed = answers.find((each) => each?.error !== undefined);
  if (failed) throw new Error(failed.error);
  return answers;
}
