import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readProcessTree, residentSum } from '../../../operator/engine/testing/process-tree.ts';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import { soon, syncFailed } from '../../support/application-states.ts';
import type { ArgoCDController } from '../../support/argocd.ts';
import { ARGOCD } from '../../support/stage.ts';
import { applicationOf, type Route } from './landscape.ts';
import type { Pass, PassLog } from './passes.ts';
import { type BenchmarkStage, nameOf } from './stage.ts';

/** An Application of a project that there is not. */
const GHOST = 'ghost';
/** Argo CD looks at every Application once a minute; a minute's work may take longer than that. */
const ROUND_DEADLINE_MS = 10 * 60_000;
const EVENT_DEADLINE_MS = 3 * 60_000;
const POLL_MS = 200;
/** Linux counts CPU time in hundredths of a second. */
const CLOCK_TICKS = 100;

/** How much is done for one route. */
export interface Extent {
  readonly applications: number;
  /** How many of them have an event in each of the two series. */
  readonly events: number;
  readonly eventsPerSecond: number;
}

/** From the API server's answer to DingTalk's request, in milliseconds; undefined for a message that did not come. */
export type Latencies = readonly (number | undefined)[];

/** What one route costs. */
export interface RouteFigures {
  readonly route: Route;
  readonly configMapBytes: number;
  /** One look at each Application, with nothing to send. */
  readonly passes: readonly Pass[];
  /** The controller's CPU time for that, in seconds. */
  readonly cpuSeconds: number;
  readonly events: Latencies;
  /** The first look at an Application whose AppProject does not exist. */
  readonly ghost: Pass;
  /** With that Application there. */
  readonly eventsWithGhost: Latencies;
  /** Resident memory of the relay and its engine at the end; undefined without a relay. */
  readonly relayBytes: number | undefined;
}

/** Measures one route with a controller of its own. */
export async function measureRoute(
  stage: BenchmarkStage,
  route: Route,
  extent: Extent,
  say: (line: string) => void,
): Promise<RouteFigures> {
  const { configMapBytes, relay } = await stage.configure(route);
  await using undo = new AsyncDisposableStack();
  undo.defer(async () => void (await relay?.stop()));
  const { controller, log } = await stage.startController();
  try {
    const names = Array.from({ length: extent.applications }, (_, index) => `${ARGOCD}/${nameOf(index)}`);
    say(`${route}: the first look at ${names.length} applications`);
    await round(log, 0, names);
    say(`${route}: the next one, within a minute`);
    const cpu = cpuOf(controller);
    const passes = await round(log, log.passes.length, names);
    const cpuSeconds = cpuOf(controller) - cpu;
    say(`${route}: ${extent.events} events`);
    const events = await measureEvents(stage, extent, 0);
    say(`${route}: an application whose AppProject does not exist`);
    const before = log.passes.length;
    await stage.create(applicationOf(stage.teamOf(0), GHOST, 'no-such-project'));
    const ghost = (await round(log, before, [`${ARGOCD}/${GHOST}`]))[0] as Pass;
    say(`${route}: ${extent.events} events beside it`);
    const eventsWithGhost = await measureEvents(stage, extent, extent.events);
    const tree = relay && readProcessTree(relay.pid);
    const relayBytes = tree && residentSum(tree);
    return { route, configMapBytes, passes, cpuSeconds, events, ghost, eventsWithGhost, relayBytes };
  } finally {
    await controller.stop();
    await stage.deleteApplication(GHOST).catch(() => undefined); // It may not have come to be.
  }
}

/** Waits until the controller has looked at each of these, passes before `since` not counted; gives the first look at each. */
async function round(log: PassLog, since: number, resources: readonly string[]): Promise<Pass[]> {
  return eventually(
    `a look at ${resources.length} applications`,
    () => {
      const first = new Map<string, Pass>();
      for (const pass of log.passes.slice(since)) {
        if (!first.has(pass.resource)) first.set(pass.resource, pass);
      }
      const found = resources.flatMap((resource) => first.get(resource) ?? []);
      return found.length === resources.length && found;
    },
    { timeoutMs: ROUND_DEADLINE_MS, intervalMs: POLL_MS },
  );
}

/** The process' CPU time so far, in seconds. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function cpuOf({ pid }: ArgoCDController): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

/** Lets syncs fail at an even pace, so that they meet the controller at work as well as idle. */
async function measureEvents(stage: BenchmarkStage, extent: Extent, first: number): Promise<Latencies> {
  const started = Date.now();
  const pending = Array.from({ length: extent.events }, async (_, index) => {
    await delay((index * 1_000) / extent.eventsPerSecond);
    const number = (first + index) % extent.applications;
    const name = nameOf(number);
    const { token } = stage.teamOf(number).credentials;
    await stage.patchApplication(name, syncFailed(soon(), { startedAt: new Date() }));
    const sent = Date.now();
    const delivery = await stage.dingtalk
      .waitForDelivery(
        ({ at, token: to, rawBody }) => at >= started && to === token && rawBody.includes(` ${name} Failed`),
        { timeout: EVENT_DEADLINE_MS },
      )
      .catch(() => undefined); // A message that does not come is a figure as well.
    return delivery && Math.max(0, delivery.at - sent);
  });
  return Promise.all(pending);
}
