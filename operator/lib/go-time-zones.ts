import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The signature before a file's entry in the directory at the end of a zip, and the length of the entry's fixed part.
 */
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;

/**
 * The names that Go loads wherever its program embeds `time/tzdata`, as Argo CD's engine does, in alphabetical order.
 * The package is made from the same file: https://pkg.go.dev/time/tzdata.
 * @throws Error if there is no Go on the PATH
 */
export function goTimeZones(): readonly string[] {
  const root = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
  return zipNames(readFileSync(join(root, 'lib', 'time', 'zoneinfo.zip')))
    .filter((name) => !name.endsWith('/'))
    .sort();
}

/** The names in a zip file without a comment, by its directory. */
function zipNames(zip: Buffer): string[] {
  const names: string[] = [];
  let at = zip.readUInt32LE(zip.length - 6);
  while (zip.readUInt32LE(at) === ENTRY) {
    const nameBytes = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes));
    at += ENTRY_BYTES + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return names;
}
