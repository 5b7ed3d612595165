import { LEASE_FIELD_MANAGER } from '../api/field-managers.ts';
import { NotFoundError } from './api-error.ts';
import type { KubernetesObject } from './objects.ts';
import { resourcePath } from './paths.ts';
import type { ApiCall } from './request.ts';

/** The spec of a coordination.k8s.io/v1 Lease. The server allows every field to be absent. */
export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  /** RFC 3339 with microseconds, as are all times. */
  readonly acquireTime?: string;
  readonly renewTime?: string;
  /** How often the lease had another holder. */
  readonly leaseTransitions?: number;
}

/** The parts of a Lease that the operator reads. */
export interface Lease {
  readonly metadata?: Partial<KubernetesObject['metadata']>;
  readonly spec?: LeaseSpec;
}

/** The name of one Lease. */
export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
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
  lease: LeaseName,
  signal?: AbortSignal,
): Promise<Lease | undefined> {
  try {
    const path = leasePath(lease);
    return (await request<Lease>({ method: 'GET', path, urgent: true, ...(signal && { signal }) })).body;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/**
 * Creates a Lease, or replaces the spec of the Lease that was read.
 * @param before undefined: the Lease does not exist
 * @throws ApiError with code 409 if somebody else was faster, or any other error of a request
 */
export async function writeLease(
  request: ApiCall,
  { namespace, name }: LeaseName,
  before: Lease | undefined,
  spec: LeaseSpec,
  signal: AbortSignal,
): Promise<Lease> {
  const shared = { urgent: true, signal, query: { fieldManager: LEASE_FIELD_MANAGER } };
  if (before) {
    const path = leasePath({ namespace, name });
    const body = { metadata: { resourceVersion: before.metadata?.resourceVersion }, spec };
    const contentType = 'application/merge-patch+json';
    return (await request<Lease>({ method: 'PATCH', path, body, contentType, ...shared })).body;
  }
  const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec };
  return (await request<Lease>({ method: 'POST', path: leasePath({ namespace }), body, ...shared })).body;
}

const leasePath = (lease: { readonly namespace: string; readonly name?: string }): string =>
  resourcePath({ group: 'coordination.k8s.io', version: 'v1', plural: 'leases', ...lease });
