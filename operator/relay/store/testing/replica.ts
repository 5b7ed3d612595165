/**
 * A relay in small, as a process of its own that a test can kill: it accepts messages and sends them, and prints a line for each message
 * that it has answered, and for each request before its answer. `node replica.ts '{"place":…}'`
 */

import { setTimeout as pause } from 'node:timers/promises';
import type { RelayStore, RequestClaim, RobotQueue, SendingStep } from '../../model.ts';
import { openRelayStore } from '../open.ts';
import type { StorePlace } from '../place.ts';
import { StoreUnavailable } from '../unavailable.ts';
import { aMessage, NOW, SENT } from './messages.ts';
import { RecordedLog } from './places.ts';

/** What a replica does. */
export interface ReplicaTask {
  readonly place: StorePlace;
  readonly name: string;
  /** Messages to accept: those of a number before have been accepted already. */
  readonly from: number;
  readonly to: number;
  /** Claims at the times of a made-up clock, which is as fast as the store is. */
  readonly windowed?: { readonly maxRequests: number; readonly seconds: number };
}

/** So short that a claim ends soon after its replica. */
const CLAIM_MS = 500;

/** Two messages for each robot of three, then the next ones. */
const robotOf = (index: number): string => `team/robot${index % 3}`;

/** By turns one message and a digest of some. */
function someOf({ waiting, requestsAt }: RobotQueue): SendingStep {
  const [first] = waiting;
  if (!first) return { kind: 'wait', until: 0 };
  if (requestsAt.length % 2 === 0) return { kind: 'message', id: first.id };
  return { kind: 'digest', ids: waiting.slice(0, 4).map(({ id }) => id) };
}

const print = (...words: readonly (string | number)[]): void => {
  process.stdout.write(`${words.join(' ')}\n`);
};

/** Tries again as Argo CD and the sender do. */
async function insist<T>(use: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await use();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      print('away');
      await pause(20);
    }
  }
}

async function accept(store: RelayStore, { from, to }: ReplicaTask): Promise<void> {
  for (let index = from; index < to; index++) {
    const message = aMessage(`m${index}`, { robot: robotOf(index) });
    await insist(() => store.accept([message], Date.now()));
    print('accepted', message.dedupeKey);
  }
}

async function send(store: RelayStore, name: string, isDone: () => boolean): Promise<void> {
  for (;;) {
    const wasDone = isDone();
    const robots = await insist(() => store.waitingRobots(Date.now()));
    for (const robot of robots) {
      const claim = await insist(() => store.claim(robot, name, Date.now(), someOf));
      if ('wait' in claim) continue;
      printRequest(claim);
      await insist(() => store.finish(claim, SENT, Date.now()));
    }
    if (robots.length > 0) continue;
    if (wasDone) return;
    await pause(1);
  }
}

function printRequest({ msgUuid, messages }: RequestClaim): void {
  print('request', msgUuid, ...messages.map(({ dedupeKey }) => dedupeKey));
}

async function claimInWindows(
  store: RelayStore,
  { name, windowed: { maxRequests, seconds } }: Required<ReplicaTask>,
): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    const now = NOW + second * 1_000;
    for (let attempt = 0; attempt < 3; attempt++) {
      const claim = await store.claim('team/robot0', name, now, (queue) =>
        queue.requestsAt.length >= maxRequests ? { kind: 'wait', until: 0 } : someOf(queue),
      );
      if (!('wait' in claim)) print('at', second);
    }
  }
}

const task: ReplicaTask = JSON.parse(process.argv[2] ?? '{}');
await using store = await openRelayStore(task.place, { log: new RecordedLog(), claimMs: CLAIM_MS });
if (task.windowed) {
  await claimInWindows(store, task as Required<ReplicaTask>);
} else {
  let isDone = false;
  const accepting = accept(store, task).then(() => {
    isDone = true;
  });
  await Promise.all([accepting, send(store, task.name, () => isDone)]);
}
print('end');
