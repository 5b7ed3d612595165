import { NotFoundError } from './api-error.ts';
import { resourcePath } from './paths.ts';
import type { ApiCall } from './request.ts';

/** The parts of a coordination.k8s.io/v1 Lease that name its holder. */
export interface Lease {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    /** RFC 3339 with microseconds. */
    readonly renewTime?: string;
  };
}

/**
 * The holder of a lease; undefined if there is none. A lease has no holder if it does not exist, was given up, or was
 * not renewed in time. A lease with a holder but without times counts as held.
 * @param now by the API server's clock
 *
 * https://kubernetes.io/docs/concepts/architecture/leases/
 */
export function leaseHolder(lease: Lease | undefined, now: Date): string | undefined {
  const { holderIdentity, leaseDurationSeconds, renewTime } = lease?.spec ?? {};
  if (!holderIdentity) return undefined;
  const end = Date.parse(renewTime ?? '') + (leaseDurationSeconds ?? Number.NaN) * 1_000;
  return end <= now.getTime() ? undefined : holderIdentity;
}

/**
 * Reads a Lease. A Lease that does not exist is an answer, not an error.
 * @throws ForbiddenError or any other error of a request: then nothing is known about the Lease
 */
export async function readLease(
  request: ApiCall,
  namespace: string,
  name: string,
): Promise<Lease | undefined> {
  const path = resourcePath({
    group: 'coordination.k8s.io',
    version: 'v1',
    plural: 'leases',
    namespace,
    name,
  });
  try {
    return (await request<Lease>({ method: 'GET', path })).body;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
