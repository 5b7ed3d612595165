import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from '../execute.ts';
import { buildOperatorImage } from '../operator-image.ts';
import { KIND_OUTPUT } from '../programs.ts';
import { step } from '../step.ts';
import type { ClusterApi } from './cluster-api.ts';
import { CONTEXT } from './context.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
/** The file that the first version with an image brought. */
const FIRST_FILE = 'Dockerfile';
const BUILD_MS = 600_000;

/** Builds the image of the first commit that had one, from that commit's own sources, packages and engine; the image's name. */
export async function buildEarlierImage({ cluster }: ClusterApi): Promise<string> {
  const commit = await firstCommitWithAnImage();
  const short = commit.slice(0, 12);
  const source = join(KIND_OUTPUT, 'earlier', short);
  const what = { name: `commit ${short}`, doing: 'building it', expected: '1 to 2 min' };
  if (!existsSync(source)) await step(what, CONTEXT, () => checkOutAndBuild(commit, source));
  const tag = `argocd-dingtalk-operator:${short}`;
  await buildOperatorImage(cluster.docker, { tag, source }, CONTEXT);
  return tag;
}

/**
 * The commit is looked up and not named, since a clone can be shallow and a branch can be rebased. Git takes the oldest commit of a
 * shallow clone for one that adds all files: the upgrade starts from that one then.
 */
async function firstCommitWithAnImage(): Promise<string> {
  const log = ['log', '--reverse', '--diff-filter=A', '--format=%H', '--', FIRST_FILE];
  const output = await execute('git', log, { cwd: REPOSITORY, timeoutMs: 60_000, signal: CONTEXT.signal });
  const commit = output.split('\n')[0]?.trim();
  if (!commit) throw new Error(`${REPOSITORY}: no commit of this clone contains ${FIRST_FILE}`);
  return commit;
}

/** The folder appears whole or not at all. */
async function checkOutAndBuild(commit: string, target: string): Promise<void> {
  const partial = `${target}.tmp-${process.pid}`;
  const run = (program: string, args: readonly string[], cwd: string) =>
    execute(program, args, { cwd, timeoutMs: BUILD_MS, signal: CONTEXT.signal });
  try {
    await mkdir(partial, { recursive: true });
    await run('git', ['archive', '--output', join(partial, 'sources.tar'), commit], REPOSITORY);
    await run('tar', ['-xf', 'sources.tar'], partial);
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], partial);
    const node = join(partial, 'node_modules/node/bin/node');
    await run(node, ['engine/build.ts'], partial);
    await run(node, ['operator/bundle/build.ts'], partial);
    await rename(partial, target);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
