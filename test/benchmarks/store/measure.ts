import { setTimeout as pause } from 'node:timers/promises';
import type { RelayStore } from '../../../operator/relay/model.ts';
import { openRelayStore } from '../../../operator/relay/store/open.ts';
import { aMessage } from '../../../operator/relay/store/testing/messages.ts';
import { type Places, RecordedLog } from '../../../operator/relay/store/testing/places.ts';

const ROBOTS = 100;
/** Requests in a minute and robot; more would be refused by DingTalk. */
const MAX_REQUESTS = 18;
/** As long as an ordinary message. */
const BODY = JSON.stringify({ msgtype: 'markdown', markdown: { title: 'a', text: 'x'.repeat(1_200) } });
/** Callers that wait for their answer before they come again. */
const CALLERS = 64;

/** How much is measured. */
export interface StoreExtent {
  readonly rate: number;
  readonly seconds: number;
}

/** Times are in milliseconds. */
export interface StoreFigures {
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** Messages in a second, with as many callers as there can be. */
  readonly most: number;
  readonly sent: number;
  readonly megabytesMore: number;
}

let count = 0;
const nextMessage = () => {
  count += 1;
  return aMessage(`message-${count}`, { robot: `team/robot${count % ROBOTS}`, body: BODY });
};

/** Accepts messages into a new store at a steady rate while others are sent, and then as fast as it can. */
export async function measureStore(
  places: Places,
  extent: StoreExtent,
  say: (line: string) => void,
): Promise<StoreFigures> {
  await using store = await openRelayStore(await places.create(), { log: new RecordedLog() });
  const ends = new AbortController();
  const sending = send(store, ends.signal);
  say('warming up');
  await steady(store, { rate: extent.rate, seconds: 2 });
  say(`${extent.rate} messages a second for ${extent.seconds} s`);
  const before = process.memoryUsage().rss;
  const times = (await steady(store, extent)).sort((a, b) => a - b);
  const megabytesMore = (process.memoryUsage().rss - before) / 1e6;
  say('as many as there can be');
  const most = await greedy(store, extent.seconds);
  ends.abort();
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), longest: at(1), most, sent: await sending, megabytesMore };
}

/** A message comes at its time, whether the ones before it are stored or not; its time counts from then. */
async function steady(store: RelayStore, { rate, seconds }: StoreExtent): Promise<number[]> {
  const begin = performance.now();
  const accepted: Promise<number>[] = [];
  while (accepted.length < rate * seconds) {
    const due = begin + (accepted.length * 1_000) / rate;
    if (due > performance.now()) await pause(1);
    else accepted.push(store.accept([nextMessage()], Date.now()).then(() => performance.now() - due));
  }
  return Promise.all(accepted);
}

async function greedy(store: RelayStore, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  const call = async (): Promise<number> => {
    let accepted = 0;
    for (; performance.now() < end; accepted++) await store.accept([nextMessage()], Date.now());
    return accepted;
  };
  const counts = await Promise.all(Array.from({ length: CALLERS }, call));
  return counts.reduce((sum, each) => sum + each) / seconds;
}

/** What a sender does with the store, DingTalk's part left out. */
async function send(store: RelayStore, signal: AbortSignal): Promise<number> {
  let sent = 0;
  while (!signal.aborted) {
    for (const robot of await store.waitingRobots(Date.now())) {
      const claim = await store.claim(robot, 'bench', Date.now(), ({ waiting, requestsAt }) =>
        requestsAt.length < MAX_REQUESTS && waiting.length > 0
          ? { kind: 'digest', ids: waiting.slice(0, 50).map(({ id }) => id) }
          : { kind: 'wait', until: 0 },
      );
      if (!('wait' in claim)) {
        await store.finish(
          claim,
          { kind: 'sent', outcome: { reason: 'Delivering', class: 'ok' } },
          Date.now(),
        );
        sent += claim.messages.length;
      }
      await pause(10);
    }
    await pause(10);
  }
  return sent;
}
