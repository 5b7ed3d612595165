import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const SAMPLE = join(import.meta.dirname, '../../samples/gitops');
/** The repository that the sample names. */
const EXAMPLE = 'https://gitee.com/example/notifications.git';

/** The manifests of samples/gitops, for another repository. */
export function sampleManifests(repoURL: string): object[] {
  const files = readdirSync(SAMPLE).filter((name) => name !== 'kustomization.yaml');
  return files.flatMap((name) => {
    const text = readFileSync(join(SAMPLE, name), 'utf8');
    if (!text.includes(EXAMPLE)) throw new Error(`samples/gitops/${name} does not name ${EXAMPLE}`);
    return parseAllDocuments(text.replaceAll(EXAMPLE, repoURL)).map((each) => each.toJS() as object);
  });
}
