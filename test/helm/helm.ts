import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type RunResult, run } from '../support/run.ts';
import { type HelmVersion, helmLayout, missingHelm } from './layout.ts';

/** The chart as it is in the repository. */
export const CHART = join(import.meta.dirname, '../../config/helm/argocd-dingtalk-operator');

/** Helm takes the version of the API server from its own build, which only a release of Helm sets. */
const KUBE_VERSION = '1.36.0';

/** One version of Helm with its own folders, so that the caller's settings stay out of it. */
export interface Helm extends AsyncDisposable {
  readonly major: HelmVersion;
  /** Folder for the files of a test; gone at the end. */
  readonly dir: string;
  /**
   * Runs Helm and gives its standard output.
   * @throws Error with Helm's words when it fails
   */
  helm(...args: string[]): Promise<string>;
  /** The same, but a failure is a result and not an error. */
  tryHelm(...args: string[]): Promise<RunResult>;
  /** Writes values into a file, and returns the arguments for it. */
  values(values: object): Promise<string[]>;
  /** The chart as a package: its path. */
  packaged(): Promise<string>;
  /**
   * The package as a folder, with other content in some of its YAML files. It has no kubeVersion: the API server of the test bed does
   * not know its own version.
   * @param changes by path below the chart
   */
  unpacked(changes?: Readonly<Record<string, (content: never) => object>>): Promise<string>;
  /** `helm template` of a chart with values; hooks included. */
  template(values?: object, release?: string, namespace?: string): Promise<RunResult>;
}

/**
 * @param kubeconfig of the cluster; without it, only commands on files work
 * @throws Error that names the remedy when Helm is not built
 */
export async function openHelm(major: HelmVersion, kubeconfig = '/no/cluster'): Promise<Helm> {
  const layout = helmLayout(major);
  if (missingHelm(layout).length > 0) throw new Error(`Helm ${major} is not built, run 'make tools-helm'`);
  const dir = await mkdtemp(join(tmpdir(), 'helm-'));
  const env = {
    KUBECONFIG: kubeconfig,
    HELM_CACHE_HOME: join(dir, 'cache'),
    HELM_CONFIG_HOME: join(dir, 'config'),
    HELM_DATA_HOME: join(dir, 'data'),
    HTTPS_PROXY: undefined,
    https_proxy: undefined,
  };
  const tryHelm = (...args: string[]): Promise<RunResult> =>
    run(layout.helm, args, { env, timeoutMs: 120_000 });
  const helm = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await tryHelm(...args);
    if (code !== 0) throw new Error(`helm ${args.join(' ')} ended with exit code ${code}: ${stderr.trim()}`);
    return stdout;
  };
  let files = 0;
  const values = async (given: object): Promise<string[]> => {
    files += 1;
    const file = join(dir, `values-${files}.json`);
    await writeFile(file, JSON.stringify(given));
    return ['--values', file];
  };
  let archive: Promise<string> | undefined;
  const packaged = (): Promise<string> => {
    archive ??= helm('package', CHART, '--destination', dir).then((text) => {
      const [, path] = /saved it to: (\S+\.tgz)/.exec(text) ?? [];
      if (path === undefined) throw new Error(`helm package said: ${text}`);
      return path;
    });
    return archive;
  };
  const unpacked: Helm['unpacked'] = async (changes = {}) => {
    const folder = await mkdtemp(join(dir, 'chart-'));
    const { code, stderr } = await run('tar', ['-xzf', await packaged(), '-C', folder]);
    if (code !== 0) throw new Error(stderr);
    const chart = join(folder, basename(CHART));
    const withoutVersion = ({ kubeVersion: _, ...rest }: { kubeVersion?: string }): object => rest;
    for (const [path, change] of Object.entries({ 'Chart.yaml': withoutVersion, ...changes })) {
      const file = join(chart, path);
      await writeFile(file, stringify(change(parse(await readFile(file, 'utf8')) as never)));
    }
    return chart;
  };
  return {
    major,
    dir,
    helm,
    tryHelm,
    values,
    packaged,
    unpacked,
    template: async (given = {}, release = 'argocd-dingtalk-operator', namespace = 'argocd') =>
      tryHelm(
        ...['template', release, CHART, '--namespace', namespace, '--kube-version', KUBE_VERSION],
        ...(await values(given)),
      ),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
