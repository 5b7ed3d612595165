import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ReleasedPlatform } from '../engine/locate.ts';
import { type Platform, RELEASED } from '../engine/locate.ts';
import { LICENCE_FILE, licenceTexts, type PackageInside } from '../operator/bundle/licences.ts';

const ENGINE = join(import.meta.dirname, '../engine');
const RECOGNISER = join(import.meta.dirname, 'licence-texts');

/** Notices are no licences. */
const NOTICE = /^notice/i;

/** A module as Go names it, and the folder of its sources. */
interface GoModule {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
}

/** A platform of a release in Go's names. */
export function goPlatform(platform: ReleasedPlatform): Platform {
  const [os = '', arch = ''] = platform.split('-');
  return { os, arch: arch === 'x64' ? 'amd64' : arch };
}

/** Go's own library is a part of every program, under the name that vulnerability databases have for it. */
const GO_LIBRARY = 'stdlib';

/**
 * The Go modules that have a part in the engine on any platform of a release, Go's own library first. Their licences are
 * recognised by the texts.
 *
 * @throws Error if Go cannot list them, or has not downloaded them
 */
export async function goModulesInside(): Promise<PackageInside[]> {
  const modules = [library(), ...linkedModules()];
  const licences = recognised(modules.map(({ directory }) => directory));
  return Promise.all(
    modules.map(async ({ name, version, directory }) => ({
      name,
      version,
      licence: licences.get(directory) ?? '',
      texts: await licenceTexts(directory),
    })),
  );
}

function library(): GoModule {
  const [root = '', version = ''] = go(ENGINE, ['env', 'GOROOT', 'GOVERSION']).split('\n');
  return { name: GO_LIBRARY, version: version.replace(/^go/, ''), directory: root };
}

function linkedModules(): GoModule[] {
  const format = '{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}';
  const lines = RELEASED.flatMap((platform) => {
    const { os, arch } = goPlatform(platform);
    const env = { GOOS: os, GOARCH: arch, CGO_ENABLED: '0' };
    return go(ENGINE, ['list', '-mod=readonly', '-deps', '-f', format, './cmd/...'], { env }).split('\n');
  });
  return [...new Set(lines)].sort().flatMap((line) => {
    const [name = '', version = '', directory = ''] = line.split('\t');
    return name === '' ? [] : { name, version, directory };
  });
}

/** The SPDX expression for each folder, by the texts in it; nothing for a folder without a text that is known. */
function recognised(directories: readonly string[]): Map<string, string> {
  const files = directories.flatMap((directory) =>
    globSync('*', { cwd: directory })
      .filter((name) => LICENCE_FILE.test(name) && !NOTICE.test(name))
      .sort()
      .map((name) => join(directory, name)),
  );
  const answer = go(RECOGNISER, ['run', '.'], { input: `${files.join('\n')}\n`, env: {} });
  const found = JSON.parse(answer) as Readonly<Record<string, readonly string[]>>;
  const expressions = new Map<string, string>();
  for (const directory of directories) {
    const names = files.filter((file) => file === join(directory, basename(file)));
    const ids = new Set(names.flatMap((file) => found[file] ?? []));
    if (ids.size > 0) expressions.set(directory, [...ids].sort().join(' AND '));
  }
  return expressions;
}

function go(
  cwd: string,
  args: readonly string[],
  { env, input }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): string {
  return execFileSync('go', args, {
    cwd,
    env: { ...process.env, GOWORK: 'off', ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
    ...(input !== undefined && { input }),
  });
}

/**
 * The modules that Go says are linked into a program, as `name version`.
 * @throws Error if it is no program of Go
 */
export const modulesOf = (program: string): string[] =>
  go(ENGINE, ['version', '-m', program])
    .split('\n')
    .flatMap((line) => {
      const [, kind, name, version] = line.split('\t');
      return kind === 'dep' ? `${name} ${version}` : [];
    });
