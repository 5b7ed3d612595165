import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { extract, list } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enginePackage, locateEngine, type ReleasedPlatform } from '../engine/locate.ts';
import { bundle } from '../operator/bundle/bundle.ts';
import { packArchive } from './archives.ts';
import { packCli, packEngine } from './npm-packages.ts';
import type { Programs } from './programs.ts';
import { PROJECT } from './project.ts';

/** Outside of the repository, where there are no packages. */
const directory = mkdtempSync(join(tmpdir(), 'release-'));
const home = join(directory, 'home');
const platform = `${process.platform}-${process.arch}` as ReleasedPlatform;
const programs: Programs = {
  bundle: join(directory, 'bundle'),
  engine: () => locateEngine(),
  components: { npm: [], go: [] },
};
const QUICK = 1;
const packed = { cli: '', engine: '', archive: '' };

beforeAll(async () => {
  mkdirSync(home);
  await bundle(programs.bundle);
  [packed.cli, packed.engine, packed.archive] = await Promise.all([
    packCli(programs, directory, QUICK),
    packEngine(programs, platform, directory, QUICK),
    packArchive(programs, platform, directory, { withNode: false, level: QUICK }),
  ]);
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs a program in a folder, with nothing of npm's cache and settings, and Node on the PATH. */
function run(cwd: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: home,
      npm_config_update_notifier: 'false',
      ...env,
    },
  });
  return { code: status, stdout, stderr };
}

function emptyFolder(name: string): string {
  const folder = join(directory, name);
  mkdirSync(join(folder, 'deploy'), { recursive: true });
  copyFileSync(
    join(import.meta.dirname, '../samples/quickstart/robot.yaml'),
    join(folder, 'deploy/robot.yaml'),
  );
  return folder;
}

describe('the npm packages', () => {
  const folder = emptyFolder('npm');
  const installed = join(folder, 'node_modules', enginePackage(platform));
  beforeAll(() => {
    const tarballs = [packed.cli, packed.engine].map((file) => join('..', file));
    const args = ['install', ...tarballs, '--prefix', folder, '--offline', '--no-audit', '--no-fund'];
    expect(run(folder, 'npm', args)).toMatchObject({ code: 0 });
  }, 60_000);

  it('work in an empty folder without a network', () => {
    expect(run(folder, 'npx', ['--offline', 'argocd-dingtalk', 'lint', '-f', '.'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('have the one version of package.json', () => {
    const manifest = (name: string) =>
      JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    const { version, optionalDependencies } = manifest('argocd-dingtalk');
    const versions = [
      version,
      manifest(enginePackage(platform)).version,
      ...Object.values(optionalDependencies),
    ];
    expect(new Set(versions)).toEqual(new Set([PROJECT.version]));
    expect(Object.keys(optionalDependencies)).toContain(enginePackage(platform));
  });

  it('name the remedy where the engine is left out', () => {
    rmSync(installed, { recursive: true });
    const { code, stderr } = run(folder, 'node_modules/.bin/argocd-dingtalk', ['lint', '-f', 'deploy']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      new RegExp(
        `engine is missing: neither the package ${enginePackage(platform)} is installed.*--omit=optional`,
      ),
    );
  });

  it('stay below 20 MB together, at the quickest compression', () => {
    const bytes = [packed.cli, packed.engine].map((file) => statSync(join(directory, file)).size);
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(20e6);
  });
});

it.each(['manager', 'relay-base'])('the manifests of config/%s name the image of this version', (folder) => {
  const kustomization = readFileSync(
    join(import.meta.dirname, '../config', folder, 'kustomization.yaml'),
    'utf8',
  );
  expect(/newTag: (.*)/.exec(kustomization)?.[1]).toBe(PROJECT.version);
});

describe('the standalone archive', () => {
  const folder = emptyFolder('archive');
  const root = join(folder, packName());
  beforeAll(() => extract({ file: join(directory, packed.archive), cwd: folder }));

  it('works by a symbolic link from any folder', () => {
    mkdirSync(join(folder, 'bin'));
    symlinkSync(join('..', packName(), 'argocd-dingtalk'), join(folder, 'bin/relative'));
    symlinkSync(join(folder, 'bin/relative'), join(folder, 'bin/absolute'));
    expect(run(join(folder, 'deploy'), join(folder, 'bin/absolute'), ['lint', '-f', 'robot.yaml'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('says that there is no Node', () => {
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    for (const tool of ['sh', 'readlink', 'dirname']) {
      const place = execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
      symlinkSync(place, join(tools, tool));
    }
    expect(run(folder, join(root, 'argocd-dingtalk'), ['--help'], { PATH: tools })).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('there is no node on the PATH'),
    });
  });

  it('has its files in order, without times and owners of this machine', async () => {
    const found: { path: string; mtime: number | undefined; owner: unknown; mode: number | undefined }[] = [];
    await list({
      file: join(directory, packed.archive),
      onReadEntry: ({ path, mtime, uid, gid, uname, mode }) =>
        found.push({ path, mtime: mtime?.getTime(), owner: uid || gid || uname || 'nobody', mode }),
    });
    expect(found.map(({ path }) => path)).toEqual(found.map(({ path }) => path).toSorted());
    expect(new Set(found.map(({ mtime, owner }) => `${mtime} ${owner}`)).size).toBe(1);
    const executable = found.filter(({ mode = 0 }) => mode & 0o100).map(({ path }) => path.split('/').at(-1));
    expect(executable.sort()).toEqual(['argocd-dingtalk', 'argocd-dingtalk-engine', 'argocd-dingtalk.js']);
  });
});

function packName(): string {
  return `argocd-dingtalk-${PROJECT.version}-${platform}`;
}
