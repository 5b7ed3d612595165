import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import { runOperatorProgram, run as runSource, TestFiles } from '../commands/testing/command-line.ts';
import { bundle, type Metafile } from './bundle.ts';
import { bundledFile, PROGRAMS, type ProgramName } from './programs.ts';

/** Outside of the repository, where there are no packages and no CRDs. */
const directory = mkdtempSync(join(tmpdir(), 'bundle-'));
const files = new TestFiles();
let metafile: Metafile;
beforeAll(async () => {
  metafile = await bundle(directory);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
  files.remove();
});

function run(program: ProgramName, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const command = [join(directory, bundledFile(program)), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: directory,
    // What comes from a compile cache has no coverage, and these files are gone after the test.
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1', ...env },
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

/** The packages of these modules. */
function packagesOf(modules: Iterable<string>): string[] {
  const names = [...modules].map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return [...new Set(names)].filter((name) => name !== undefined).sort();
}

/** The modules that are evaluated together with this one. */
function importedWith(module: string, found = new Set<string>()): Set<string> {
  if (found.has(module)) return found;
  found.add(module);
  for (const { path, kind, external } of metafile.inputs[module]?.imports ?? []) {
    if (!external && kind !== 'dynamic-import') importedWith(path, found);
  }
  return found;
}

/**
 * Modules of the CLI that Node evaluates. Modules outside of the program itself are functions, known by their names.
 */
function evaluatedBy(...args: string[]): string[] {
  const coverage = mkdtempSync(join(directory, 'coverage-'));
  expect(run('argocd-dingtalk', args, { NODE_V8_COVERAGE: coverage }).code).toBe(0);
  const scripts = readdirSync(coverage).flatMap(
    (file) => JSON.parse(readFileSync(join(coverage, file), 'utf8')).result,
  );
  const script = scripts.find(({ url }) => url.endsWith(`/${bundledFile('argocd-dingtalk')}`));
  return script.functions
    .filter((each: { ranges: [{ count: number }] }) => each.ranges[0].count > 0)
    .map((each: { functionName: string }) => each.functionName)
    .filter((name: string) => Object.hasOwn(metafile.inputs, name));
}

it('is one file for each program', () => {
  expect(readdirSync(directory).filter((name) => name.endsWith('.js'))).toEqual(
    (Object.keys(PROGRAMS) as ProgramName[]).map(bundledFile).sort(),
  );
});

it('comes with the licence of each package that is inside', () => {
  const licences = readFileSync(join(directory, 'LICENSES.txt'), 'utf8');
  const packages = packagesOf(Object.keys(metafile.inputs));
  expect(packages).toContain('undici');
  for (const name of packages) expect(licences).toMatch(new RegExp(`^${name} \\d\\S*, \\S`, 'm'));
  expect(licences).not.toMatch(/, undefined$/m);
});

it.each([
  '--help',
  'operator --help',
  'lint --help',
  'help explain',
  'nonsense',
  'operator',
  'catalogue --trigger on-sync-failed --locale zh-CN',
])('says what the sources say: %s', async (line) => {
  const args = line.split(' ');
  expect(run('argocd-dingtalk', args)).toEqual(await runSource(...args));
});

it('has an operator that takes what the command takes', async () => {
  const { stdout } = await runSource('operator', '--help');
  const alone = run('argocd-dingtalk-operator', ['--help']);
  expect(alone).toEqual(await runOperatorProgram('--help'));
  expect(alone.stdout.replace(/ +-V, --version.*\n +engine\n/, '')).toBe(
    stdout.replaceAll('argocd-dingtalk operator', 'argocd-dingtalk-operator'),
  );
  expect(run('argocd-dingtalk-operator', [])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("required option '--config <file>' not specified"),
  });
});

it('can read a kubeconfig', () => {
  const config = files.write('config.yaml', [
    { apiVersion: 'config.argocd-dingtalk.io/v1alpha1', kind: 'OperatorConfiguration' },
  ]);
  const kubeconfig = files.write('kubeconfig', [{ apiVersion: 'v1', kind: 'Config' }]);
  expect(run('argocd-dingtalk-operator', ['--config', config, '--kubeconfig', kubeconfig])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^error: .*no current context/),
  });
});

it('has the CRDs inside', () => {
  const robot = files.write('robot.yaml', [
    {
      apiVersion: 'argocd-dingtalk.io/v1alpha1',
      kind: 'DingTalkRobot',
      metadata: { namespace: 'team', name: 'ops' },
      spec: { webhook: { secretKeyRef: { name: 'ops', key: 'webhook' } }, verify: 'Sometimes' },
    },
  ]);
  expect(run('argocd-dingtalk', ['send', '--robot', 'team/ops', '-f', robot])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"Sometimes" is not one of '),
  });
});

it('judges by the schemas as the sources do', async () => {
  const metadata = { namespace: 'team', name: 'wrong' };
  const apiVersion = 'argocd-dingtalk.io/v1alpha1';
  const wrong = files.write('wrong.yaml', [
    { apiVersion, kind: 'DingTalkRobot', metadata, spec: { webhook: {}, verify: 'Sometimes' } },
    { apiVersion, kind: 'NotificationTemplate', metadata, spec: { message: { text: { content: 1 } } } },
    {
      apiVersion,
      kind: 'NotificationSubscription',
      metadata,
      spec: { robots: [{ name: '加'.repeat(254) }], events: [], applications: { projects: ['a', 'a'] } },
    },
  ]);
  const ofSources = await runSource('lint', '-f', wrong);
  expect(ofSources.stdout.match(/SchemaViolation/g)?.length).toBeGreaterThan(5);
  expect(run('argocd-dingtalk', ['lint', '-f', wrong], { ARGOCD_DINGTALK_ENGINE: locateEngine() })).toEqual(
    ofSources,
  );
});

it.each(Object.keys(PROGRAMS) as ProgramName[])('%s has its version inside', (program) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const text = readFileSync(join(directory, bundledFile(program)), 'utf8');
  expect(text).toContain(`OPERATOR_VERSION = "${version}"`);
  expect(text).not.toContain("'../../package.json'");
});

it.each(Object.keys(PROGRAMS) as ProgramName[])('%s says that Node is too old', (program) => {
  const older = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '22.9.0' } })`;
  expect(run(program, ['--help'], { NODE_OPTIONS: `--import "${older}"` })).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: this program needs Node 24 or newer, but ${process.execPath} is 22.9.0\n`,
  });
});

describe('what is loaded', () => {
  it('is commander alone, to begin with', () => {
    const atStart = importedWith('operator/main.ts');
    expect(packagesOf(atStart)).toEqual(['commander']);
    expect(evaluatedBy('--help').filter((module) => !atStart.has(module))).toEqual([]);
  });

  it('is no Kubernetes client for a command that needs no cluster', () => {
    const packages = packagesOf(evaluatedBy('lint', '--help'));
    expect(packages).toContain('@marcbachmann/cel-js');
    for (const unneeded of ['@dot-i/k8s-operator', '@kubernetes/client-node', 'prom-client', 'undici'])
      expect(packages).not.toContain(unneeded);
    expect(packagesOf(evaluatedBy('uninstall', '--help'))).toContain('@kubernetes/client-node');
  });

  it('is no validator of CRDs for a command that reads no files', () => {
    const packages = packagesOf(evaluatedBy('explain', '--help'));
    expect(packages).toContain('@kubernetes/client-node');
    for (const unneeded of ['ajv', '@marcbachmann/cel-js']) expect(packages).not.toContain(unneeded);
    expect(packagesOf(evaluatedBy('lint', '--help'))).toContain('@marcbachmann/cel-js');
  });

  it('is no compiler of schemas, and none of the modules of Node itself at the start', () => {
    expect(Object.keys(metafile.inputs).filter((path) => path.includes('node_modules/ajv/'))).toEqual([
      'node_modules/ajv/dist/runtime/ucs2length.js',
    ]);
    const imports = (program: ProgramName): string[] | null =>
      readFileSync(join(directory, bundledFile(program)), 'utf8').match(/^import .*/gm);
    for (const program of Object.keys(PROGRAMS) as ProgramName[])
      expect(imports(program)).toEqual([
        "import { createRequire as createRequireOfBundle } from 'node:module';",
      ]);
  });

  it('is of the Kubernetes client neither the types of the API nor its clients', () => {
    const generated = Object.keys(metafile.inputs).filter((path) => path.includes('client-node/dist/gen/'));
    expect(generated.filter((path) => /\/gen\/(models|apis|types)\//.test(path))).toEqual([]);
  });
});
