import { chmod, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';

/** npm gives every file of a package this time, too. */
const MTIME = new Date('1985-10-26T08:15:00Z');

/**
 * Packs a folder of files, so that the same files give the same bytes: their order, times, owners and rights are fixed.
 *
 * @param directory the folder; the archive has its content below `prefix`
 * @param target the `.tar.gz` or `.tgz`, which appears whole or not at all
 * @param level of gzip, from 1 to 9
 */
export async function packFolder(
  directory: string,
  prefix: string,
  target: string,
  level = 9,
): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
  for (const file of files) {
    const { mode } = await stat(join(directory, file));
    await chmod(join(directory, file), mode & 0o100 ? 0o755 : 0o644);
  }
  try {
    await create(
      { cwd: directory, file: target, gzip: { level }, portable: true, mtime: MTIME, prefix },
      files,
    );
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}
