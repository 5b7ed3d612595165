import type { AuditedRequest } from '../../support/audit.ts';

/** How often a user sent each kind of request, such as `patch dingtalkrobots/status`. */
export type RequestCounts = Readonly<Record<string, number>>;

/** Watches last, and the operator renews its Lease as long as it lives. */
const isOfStanding = ({ verb, resource }: AuditedRequest): boolean =>
  verb === 'watch' || resource === 'leases';

/** Counts by verb and resource. */
export function countRequests(requests: readonly AuditedRequest[]): RequestCounts {
  const counts = new Map<string, number>();
  for (const { verb, resource } of requests) {
    const kind = `${verb} ${resource}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The requests that work causes: neither watches nor the Lease. */
export const requestsOfWork = (requests: readonly AuditedRequest[]): AuditedRequest[] =>
  requests.filter((request) => !isOfStanding(request));

/** The requests of work that an edit can cause: credentials are read again by the clock. */
export const requestsOfEdits = (requests: readonly AuditedRequest[]): AuditedRequest[] =>
  requestsOfWork(requests).filter(({ verb, resource }) => !(verb === 'get' && resource === 'secrets'));

/** Counts for a minute. */
export const perMinute = (counts: RequestCounts, seconds: number): RequestCounts =>
  Object.fromEntries(Object.entries(counts).map(([kind, count]) => [kind, (count * 60) / seconds]));
