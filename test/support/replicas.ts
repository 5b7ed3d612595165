import { setTimeout as delay } from 'node:timers/promises';
import type { ConfigFields } from '../../operator/dingtalk/testing/fake-configuration.ts';
import type { FakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import type { AuditedWrite } from './audit-log.ts';
import { tokenId } from './audit-log.ts';
import type { ControlPlane } from './control-plane.ts';
import { startOperator } from './operator.ts';
import type { RunningProcess } from './processes.ts';

type Way = Pick<ControlPlane, 'dir' | 'serviceAccountKubeconfig'>;

/** One of several operators of an installation. */
export interface Replica {
  readonly process: RunningProcess;
  /** How the audit log names its token. */
  readonly token: string;
  /** Whether it says that it leads, by its last word about it. */
  leads(): boolean;
}

/** Starts one more operator, with a token of its own; resolves once its caches have synced. */
export async function startReplica(
  way: Way,
  dingtalk: FakeDingTalk,
  fields: ConfigFields = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Replica> {
  let token = '';
  const remembering: Way = {
    dir: way.dir,
    serviceAccountKubeconfig: async (namespace, name) => {
      const path = await way.serviceAccountKubeconfig(namespace, name);
      token = await tokenId(path);
      return path;
    },
  };
  const process = await startOperator(remembering, dingtalk, fields, env);
  const leads = (): boolean => {
    const words = process.output().match(/"this replica (leads|does not lead any more)"/g) ?? [];
    return words.at(-1) === '"this replica leads"';
  };
  return { process, token, leads };
}

/** The replica that leads; fails while none does or more than one say so. */
export function leaderOf(replicas: readonly Replica[]): Replica {
  const [leader, ...others] = replicas.filter((each) => each.leads());
  if (!leader || others.length > 0) throw new Error(`${others.length + (leader ? 1 : 0)} replicas lead`);
  return leader;
}

/** A stretch of writes by one replica, with no write of another in between. */
export interface Reign {
  readonly token: string;
  readonly writes: readonly AuditedWrite[];
}

const isOfLease = ({ object }: AuditedWrite): boolean => object.startsWith('leases');

/**
 * Writes of a replica while another one held the Lease, by the audit log. A replica holds it from its write of the Lease
 * to that of another one.
 */
export function withoutLease(writes: readonly AuditedWrite[]): AuditedWrite[] {
  let holder: string | undefined;
  return writes.filter((write) => {
    if (isOfLease(write)) holder = write.token;
    return write.token !== holder;
  });
}

/** Who wrote when, by the audit log; renewals of the Lease are left out. */
export function reigns(writes: readonly AuditedWrite[]): Reign[] {
  const result: { token: string; writes: AuditedWrite[] }[] = [];
  for (const write of writes) {
    if (isOfLease(write)) continue;
    const last = result.at(-1);
    if (last?.token === write.token) last.writes.push(write);
    else result.push({ token: write.token, writes: [write] });
  }
  return result;
}

/** Does something again and again until it is disposed of: changes that never end. */
export function churn(change: (round: number) => Promise<void>, everyMs: number): AsyncDisposable {
  const stop = new AbortController();
  const running = (async () => {
    for (let round = 0; !stop.signal.aborted; round++) {
      await change(round);
      await delay(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}
