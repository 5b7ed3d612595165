import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where programs for administrators are, which a PATH may lack. */
const FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The absolute path of a program of the system, if it is installed. */
export function systemProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...FOLDERS];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
