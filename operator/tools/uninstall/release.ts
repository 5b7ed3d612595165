import { type CustomResource, GROUP, KINDS, VERSION } from '../../api/kinds.ts';
import { ForbiddenError, NotFoundError } from '../../kubernetes/api-error.ts';
import { listAll, listResource } from '../../kubernetes/list.ts';
import { resourcePath } from '../../kubernetes/paths.ts';
import type { ApiCall } from '../../kubernetes/request.ts';
import { patchStatus } from '../../kubernetes/status.ts';

const AT_ONCE = 8;

/** A resource and the plural of its kind. */
interface Claimed {
  readonly plural: string;
  readonly cr: CustomResource;
}

/** The outcome for the statuses: how many were changed, or the right that is missing. */
export type Released = { readonly count: number } | { readonly missingRight: string };

/**
 * Removes the installation's name from the statuses of all resources that it has served, so that another installation may serve
 * them. It changes nothing else of them.
 * @param installation the namespace of its Argo CD
 * @param onProgress called after each status with the numbers of those that are done and of all
 * @throws any error of a request, except a missing right and a missing CRD
 */
export async function releaseResources(
  request: ApiCall,
  installation: string,
  onProgress: (done: number, all: number) => void,
): Promise<Released> {
  try {
    const claimed = (
      await Promise.all(Object.values(KINDS).map(({ plural }) => claimedOf(request, plural, installation)))
    ).flat();
    const rest = claimed.values();
    let done = 0;
    const work = async (): Promise<void> => {
      for (const { plural, cr } of rest) {
        const { namespace, name } = cr.metadata;
        await patchStatus(request, { plural, namespace, name, status: { installation: null } });
        onProgress(++done, claimed.length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { count: claimed.length };
  } catch (error) {
    if (error instanceof ForbiddenError) return { missingRight: error.message };
    throw error;
  }
}

async function claimedOf(request: ApiCall, plural: string, installation: string): Promise<Claimed[]> {
  const list = listResource<CustomResource>(
    request,
    resourcePath({ group: GROUP, version: VERSION, plural }),
  );
  try {
    const { items } = await listAll(list, undefined, new AbortController().signal, () => undefined);
    return items.filter(({ status }) => status?.installation === installation).map((cr) => ({ plural, cr }));
  } catch (error) {
    if (error instanceof NotFoundError) return [];
    throw error;
  }
}
