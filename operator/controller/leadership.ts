import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { OPERATOR_LEASE } from '../cluster/running-operator.ts';
import { LeaderElection } from '../kubernetes/leader-election.ts';
import { readLease, writeLease } from '../kubernetes/lease.ts';
import type { OperatorContext } from './parts.ts';

/** Whether this replica leads, and the times at which that changes. */
export interface LeadershipOptions {
  readonly isReluctant: () => boolean;
  readonly onElected: () => void;
  readonly onLost: () => void;
}

/** The election of one leader among the replicas of this installation. It is not started yet. */
export function createElection(
  { config, connection, serverClock, clocks, random, log }: OperatorContext,
  options: LeadershipOptions,
): LeaderElection {
  const { request } = connection;
  const lease = { namespace: config.target.namespace, name: OPERATOR_LEASE };
  return new LeaderElection({
    ...options,
    store: {
      read: (signal) => readLease(request, lease, signal),
      write: (before, spec, signal) => writeLease(request, lease, before, spec, signal),
    },
    // The host name is the name of the pod. A container that starts again in the same pod is another process.
    identity: `${hostname()}_${randomUUID()}`,
    clocks,
    serverTime: () => serverClock.now(),
    random,
    log,
  });
}
