import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The absolute paths of the libraries in an output of `ldd`, each once: those that a program is linked with, and the loader.
 *
 * @throws Error for a library that `ldd` has not found
 */
export function sharedLibraries(output: string): string[] {
  const missing = /^\s*(\S+) => not found/m.exec(output)?.[1];
  if (missing !== undefined) throw new Error(`${missing} is not installed`);
  return [...new Set([...output.matchAll(/(?:^\s*|=> )(\/\S+) \(0x/gm)].map(([, path = '']) => path))].sort();
}

/** Copies files to the same paths below another root; what a link leads to is copied instead of the link. */
export async function copyBelow(paths: readonly string[], from: string, to: string): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await copyFile(join(from, path), join(to, path));
  }
}
