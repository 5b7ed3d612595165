import type { DeliveryOutcome } from '../../dingtalk/outcome.ts';
import { endingOf } from '../endings.ts';
import type { RequestClaim } from '../model.ts';
import { nextStep } from '../policy.ts';
import { someMessage } from './messages.ts';
import { SenderStore } from './sender-store.ts';

/** When a message about an Application comes. */
export interface Arrival {
  readonly at: number;
  readonly app: string;
}

/** A request as the simulation made it. */
export interface MadeRequest {
  readonly claim: RequestClaim;
  readonly begin: number;
  readonly end: number;
  readonly outcome: DeliveryOutcome;
}

export interface ReplicasOptions {
  readonly arrivals: readonly Arrival[];
  readonly replicas: number;
  /** Of each request in turn; the last ones go on. */
  readonly latencies?: readonly number[];
  /** Of each request in turn; then all are accepted. */
  readonly outcomes?: readonly DeliveryOutcome[];
  /** Every replica looks at the queue at least so often, whatever the policy says. */
  readonly pollMs?: number;
}

const ROBOT = 'team-a/robot';
const OK: DeliveryOutcome = { reason: 'Delivering', class: 'ok', errcode: 0 };
const FACTS = { random: 0.5, isReread: false, isShortened: false } as const;
const MAX_EVENTS = 200_000;

/** Replicas that send by the policy, in simulated time, until nothing waits any more. */
export async function runReplicas(options: ReplicasOptions): Promise<{
  readonly store: SenderStore;
  readonly requests: readonly MadeRequest[];
}> {
  const { arrivals, replicas, latencies = [50], outcomes = [], pollMs = 60_000 } = options;
  const store = new SenderStore();
  const requests: MadeRequest[] = [];
  const coming = arrivals.toSorted((a, b) => a.at - b.at);
  /** When each replica looks again, and the request that it makes until then. */
  const dueAt = new Array<number>(replicas).fill(0);
  const underWay = new Array<{ claim: RequestClaim; begin: number; outcome: DeliveryOutcome } | undefined>(
    replicas,
  );
  let made = 0;
  for (let events = 0; events < MAX_EVENTS; events++) {
    const replica = dueAt.indexOf(Math.min(...dueAt));
    const [arrival] = coming;
    if (arrival && arrival.at <= (dueAt[replica] as number)) {
      coming.shift();
      await store.accept([someMessage({ app: arrival.app })], arrival.at);
      for (let each = 0; each < replicas; each++) if (!underWay[each]) dueAt[each] = arrival.at;
      continue;
    }
    const now = dueAt[replica] as number;
    const ended = underWay[replica];
    if (ended) {
      underWay[replica] = undefined;
      requests.push({ ...ended, end: now });
      await store.finish(ended.claim, endingOf(ended.claim, ended.outcome, { ...FACTS, now }), now);
    }
    const isOver =
      coming.length === 0 && store.messages.every(({ state }) => state === 'sent' || state === 'dead');
    if (isOver) return { store, requests };
    const claim = await store.claim(ROBOT, `${replica}`, now, (queue) =>
      nextStep(queue, { now, maxEventAgeMs: 24 * 3_600_000 }),
    );
    if ('wait' in claim) {
      if (claim.wait <= now) throw new Error(`the policy waits until ${claim.wait}, and it is ${now}`);
      dueAt[replica] = Math.min(claim.wait, now + pollMs);
      continue;
    }
    underWay[replica] = { claim, begin: now, outcome: outcomes[made] ?? OK };
    dueAt[replica] = now + (latencies[made % latencies.length] as number);
    made += 1;
  }
  throw new Error('the simulation does not end');
}
