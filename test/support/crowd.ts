import { GROUP, KINDS, VERSION } from '../../operator/api/kinds.ts';
import type { Connection } from '../../operator/kubernetes/connection.ts';
import { resourcePath } from '../../operator/kubernetes/paths.ts';
import type { HostileManifest } from './hostile-namespace.ts';

const PARALLEL_REQUESTS = 16;

/** Creates thousands of custom resources and Secrets, as fast as the API server takes them: kubectl takes minutes. */
export async function createCrowd(
  { request }: Pick<Connection, 'request'>,
  manifests: readonly HostileManifest[],
): Promise<void> {
  const next = manifests.values();
  const work = async () => {
    for (const manifest of next) {
      const { kind, metadata } = manifest;
      const address = kind === 'Secret' ? { version: 'v1', plural: 'secrets' } : custom(pluralOf(kind));
      await request({
        method: 'POST',
        path: resourcePath({ ...address, namespace: metadata.namespace }),
        body: manifest,
      });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, work));
}

const custom = (plural: string) => ({ group: GROUP, version: VERSION, plural });

/** @throws Error for a kind that is not ours */
function pluralOf(kind: string): string {
  const found = Object.values(KINDS).find((each) => each.kind === kind);
  if (!found) throw new Error(`there is no kind ${kind}`);
  return found.plural;
}
