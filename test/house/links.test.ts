import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');
const FOLDERS = ['config', 'crds', 'docs', 'engine', 'operator', 'release', 'samples', 'test'];

it('the repository has no symbolic links: archives, mirrors and Git on Windows lose them', () => {
  const links = FOLDERS.flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isSymbolicLink())
      .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name))),
  );
  expect(links).toEqual([]);
});
