import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PROJECT, REPOSITORY } from './project.ts';
import { packFolder } from './tarball.ts';

/** The Helm chart's folder. */
export const CHART = join(REPOSITORY, 'config/helm/argocd-dingtalk-operator');

/**
 * Packs the Helm chart into a folder: `argocd-dingtalk-operator-VERSION.tgz`. `helm package` would give other bytes each time.
 */
export async function packChart(output: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'chart-'));
  try {
    await cp(CHART, scratch, { recursive: true });
    await rm(join(scratch, '.helmignore'));
    const name = basename(CHART);
    await packFolder(scratch, name, join(output, `${name}-${PROJECT.version}.tgz`));
  } finally {
    await rm(scratch, { recursive: true });
  }
}
