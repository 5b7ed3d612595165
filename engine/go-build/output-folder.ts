import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readlink, rename, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BuildContext } from './build-context.ts';
import { withLock } from './lock.ts';

/** Where the output of a build belongs, whether it exists yet or not. */
export interface OutputFolder {
  /** The Go module that is built. */
  readonly moduleDir: string;
  /** Folder of all builds of the module: `<repository>/bin/engine`. */
  readonly base: string;
  /** `<base>/<hash>`. */
  readonly directory: string;
}

/**
 * Names the output folder of a Go module by a hash of all that decides what a build gives.
 *
 * @param settings what decides beside the module's files: the compiler's version, flags, the platform
 * @param sources the module's source files, relative to `moduleDir`; `go.mod` and `go.sum` are always counted
 * @throws Error if a file cannot be read
 */
export function outputFolder(
  { moduleDir, base }: Pick<OutputFolder, 'moduleDir' | 'base'>,
  settings: string,
  sources: readonly string[],
): OutputFolder {
  const hash = createHash('sha256').update(`${settings}\n`);
  for (const file of ['go.mod', 'go.sum', ...sources.toSorted()]) {
    const content = readFileSync(join(moduleDir, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return { moduleDir, base, directory: join(base, hash.digest('hex').slice(0, 12)) };
}

/**
 * Builds what is missing, and lets `<base>/current` lead to the folder. Two processes never build one folder at a time.
 *
 * @param missing what is missing now; asked again once the lock is held
 * @param build builds some of it
 * @throws whatever `build` throws; AbortError when the signal fires while this waits for another process
 */
export async function fillFolder<T>(
  { base, directory }: OutputFolder,
  missing: () => readonly T[],
  build: (missing: readonly T[]) => Promise<void>,
  context: BuildContext,
): Promise<void> {
  if (missing().length > 0) {
    await mkdir(directory, { recursive: true });
    await withLock(`${directory}.lock`, context, async () => {
      const left = missing();
      if (left.length > 0) await build(left);
    });
  }
  await pointTo(directory, join(base, 'current'));
}

/** Switches a link in one step: there is no moment without it. */
async function pointTo(directory: string, link: string): Promise<void> {
  const target = basename(directory);
  const existing = await readlink(link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (existing === target) return;
  const fresh = `${link}.tmp-${process.pid}`;
  await symlink(target, fresh);
  await rename(fresh, link);
}
