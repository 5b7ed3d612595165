import { eventually } from '../../operator/lib/testing/eventually.ts';
import type { Affects, Fault } from './fault-proxy.ts';

/** Whether faults last as long as in life: `FAULTS=long`. */
export const LONG = process.env.FAULTS === 'long';

/** How long a test of a fault may take: an outage, and the recovery after it. */
export const PATIENCE = { timeout: LONG ? 900_000 : 180_000 } as const;

/** So that several requests of several kinds fail, and again. */
export const HITS = LONG ? 24 : 6;

/** Kinds of requests. */
export const AFFECTS = {
  all: () => true,
  watches: ({ isWatch }) => isWatch,
  lists: ({ isWatch, query }) => !isWatch && query.has('limit'),
  reads: ({ method, isWatch }) => method === 'GET' && !isWatch,
  /** Those that renew the Lease are none. */
  writes: ({ method, path }) => method === 'PATCH' && !path.includes('/leases/'),
} as const satisfies Record<string, Affects>;

/** Lifts the fault once it has hit so many requests. */
export async function liftAfter(hits: number, fault: Fault): Promise<void> {
  await eventually(`${hits} requests to be hit`, () => fault.hits >= hits, { timeoutMs: 300_000 });
  fault.lift();
}
