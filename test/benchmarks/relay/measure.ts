import { RelayReplicas } from '../../support/relay-replicas.ts';
import { RelayStage } from '../../support/relay-stage.ts';
import { Sampler } from '../teams/sampler.ts';
import { HostileConnections } from './hostile.ts';
import { Load, notStored, percentile } from './load.ts';

const WARM_UP = { rate: 50, seconds: 3 } as const;
const CALLERS = 16;

/** How much is measured. */
export interface RelayExtent {
  readonly routes: number;
  /** Posts in a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Connections that do harm. */
  readonly hostile: number;
  /** Posts in a second, with and without these. */
  readonly calmRate: number;
}

/** Times are in milliseconds, memory in megabytes. */
export interface RelayFigures {
  readonly p50: number;
  readonly p99: number;
  readonly notStored: number;
  readonly most: number;
  readonly cpuMsOfPost: number;
  readonly memoryBefore: number;
  readonly memoryAfter: number;
  readonly calmP99: number;
  readonly hostileP99: number;
  readonly hostileNotStored: number;
  readonly sent: number;
}

/** Measures a relay with SQLite from the outside, while it sends. */
export async function measureRelay(extent: RelayExtent, say: (line: string) => void): Promise<RelayFigures> {
  const { routes, rate, seconds, hostile, calmRate } = extent;
  say(`a relay with ${routes} routes`);
  await using stage = await RelayStage.start({ routes });
  await using relays = await RelayReplicas.start(stage);
  using load = new Load(relays.doors, routes);
  using sampler = new Sampler(relays.process().pid);
  say('warming up');
  await load.steady(WARM_UP.rate, WARM_UP.seconds);
  say(`${calmRate} posts a second for ${seconds} s`);
  const calm = await load.steady(calmRate, seconds);
  say(`the same beside ${hostile} hostile connections`);
  const harm = new HostileConnections(Number(new URL(`${relays.doors.argocd[0]}`).port), hostile);
  // The connections of a caller can be among those that make room. Argo CD repeats such a post.
  const harmed = await load.steady(calmRate, seconds, 'asArgoCD');
  harm[Symbol.dispose]();
  const memoryBefore = sampler.memory().sum / 1e6;
  const cpuBefore = sampler.cpuSeconds();
  say(`${rate} posts a second for ${seconds} s`);
  const steady = await load.steady(rate, seconds);
  const cpuMs = (sampler.cpuSeconds() - cpuBefore) * 1_000;
  say('as many as there can be');
  const most = await load.greedy(CALLERS, seconds);
  const memoryAfter = sampler.memory().sum / 1e6;
  return {
    ...{ p50: percentile(steady, 0.5), p99: percentile(steady, 0.99), notStored: notStored(steady) },
    ...{ most, cpuMsOfPost: cpuMs / steady.times.length, memoryBefore, memoryAfter },
    ...{ calmP99: percentile(calm, 0.99), hostileP99: percentile(harmed, 0.99) },
    hostileNotStored: notStored(harmed),
    sent: stage.dingtalk.requests.length,
  };
}
