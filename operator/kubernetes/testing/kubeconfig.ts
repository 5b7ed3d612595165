import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A kubeconfig in its own directory, which is removed with it. */
export interface TestKubeconfig {
  readonly path: string;
  /** Writes a file beside the kubeconfig; returns its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Writes a kubeconfig with one cluster and one user; fields as in the file format. */
export async function testKubeconfig(cluster: object, user: object = {}): Promise<TestKubeconfig> {
  const directory = await mkdtemp(join(tmpdir(), 'argocd-dingtalk-'));
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, text);
    return path;
  };
  // JSON is YAML.
  const path = await write(
    'kubeconfig',
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'test', user }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    }),
  );
  return { path, write, remove: () => rm(directory, { recursive: true }) };
}
