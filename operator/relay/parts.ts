import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { locateEngine } from '../../engine/locate.ts';
import { DIRECT_HEADER, readDirectMarks } from '../argocd/direct-marks.ts';
import { readCredential } from '../cluster/read-credential.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { DingTalkClient } from '../dingtalk/client.ts';
import { createEngine } from '../engine/client.ts';
import type { Engine } from '../engine/types.ts';
import type { Connection } from '../kubernetes/connection.ts';
import type { ServerClock } from '../kubernetes/server-clock.ts';
import type { Logger } from '../lib/logger.ts';
import { own } from '../lib/own.ts';
import type { CacheFigure } from '../metrics/api-metrics.ts';
import type { RelayMetricSources, RelayMetrics } from '../metrics/relay-metrics.ts';
import { EngineAvailability } from '../probes/engine-availability.ts';
import { allOfThem, cacheCheck, engineCheck, type Readiness, readinessCheck } from '../probes/readiness.ts';
import { acceptPost } from './accept.ts';
import { argocdDoor } from './argocd-door.ts';
import { Capability, readCapability } from './capability.ts';
import type { CommitClient } from './commits/client.ts';
import { Commits } from './commits/commits.ts';
import type { CommitEvent } from './commits/question.ts';
import { dispatching } from './dispatch.ts';
import type { Door } from './door.ts';
import { groupOf, type NewMessage, type RelayStore } from './model.ts';
import { membersOf, otherMember } from './pool.ts';
import type { LoadedRoute } from './read-route.ts';
import { RobotCredentials } from './robot-credentials.ts';
import type { RouteIndex } from './route-index.ts';
import { RouteWatch } from './route-watch.ts';
import { pauseFor, type RelaySender } from './sender.ts';
import type { SenderOptions } from './sender-options.ts';
import { StatusReporter } from './status-reporter.ts';
import { StoreWatch } from './store-watch.ts';

/** A start of the engine would delay the first post after a quiet time. */
const IDLE_MS = 10 * 60_000;

/** What a door beside that of Argo CD works with. */
export interface FurtherDoorContext {
  readonly namespace: string;
  readonly request: Connection['request'];
  readonly engine: Engine;
  readonly store: Pick<RelayStore, 'accept'>;
  readonly routes: () => RouteIndex | undefined;
  readonly metrics: RelayMetrics;
  readonly onStored: (messages: readonly NewMessage[], count: number) => void;
  /** Local wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  readonly serverTime: () => Date;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  readonly log: Logger;
}

/** A door beside that of Argo CD. */
export interface FurtherDoor extends Pick<Door, 'listen' | 'close'> {
  /** Begins with what the door needs to know its callers. */
  start(): void;
}

/** The input of a relay. */
export interface RelayOptions {
  readonly config: OperatorConfiguration;
  /** Where Argo CD posts to, as `host:port`. */
  readonly listen: string;
  readonly openStore: () => Promise<RelayStore>;
  readonly kubeconfig: string | undefined;
  readonly log: Logger;
  /** Closed at shutdown. */
  readonly dingtalk: DingTalkClient;
  /** Closed at shutdown. Absent where the configuration has no `argocd.api`. */
  readonly argocdApi?: CommitClient | undefined;
  /** Local wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** The door for other events than those of Argo CD, and where it listens, as `host:port`. */
  readonly further?: {
    readonly listen: string;
    readonly create: (context: FurtherDoorContext) => FurtherDoor;
  };
  /** Resolves when the door may close at the end: once nobody is led here any more. Absent: at once. */
  readonly leave?: () => Promise<unknown>;
}

/** The input from which the parts of the relay are built. */
export interface RelayPartsContext extends RelayOptions {
  readonly store: RelayStore;
  readonly metrics: RelayMetrics;
  readonly connection: Connection;
  /** The API server's clock. */
  readonly serverClock: ServerClock;
}

/**
 * Builds the parts that live as long as the process; nothing is started yet.
 * @param sender the one that is running
 */
export function createRelayParts(context: RelayPartsContext, sender: () => RelaySender | undefined) {
  const { config, connection, log, metrics, now, random, store } = context;
  const { namespace } = config.target;
  const clock = () => performance.now();
  const watch: RouteWatch = new RouteWatch({
    ...{ connection, namespace, log, clock, random },
    onChange: (name) => statuses.look(name),
  });
  // Quiet hours may end at another time by now. A start of the operator may change a thousand routes, so this is asked every few seconds.
  let seen: readonly LoadedRoute[] = [];
  const wakeAfterChange = (): void => {
    const routes = watch.routes();
    if (routes !== seen) sender()?.wake();
    seen = routes;
  };
  const storeWatch = new StoreWatch({
    ...{ store, now, log, maxEventAgeMs: config.limits.maxEventAge },
    onAnswers: () => {
      statuses.look();
      wakeAfterChange();
    },
    onExpired: (messages) => metrics.ended('expired', messages),
  });
  const statuses = new StatusReporter({
    ...{ routes: watch.routes, current: watch.current, write: watch.writeStatus },
    ...{ answers: storeWatch.answers, clock, log },
  });
  const availability = new EngineAvailability(log, 'Argo CD has to post its events again');
  const engine = availability.watch(
    createEngine({ program: locateEngine(), idleMs: IDLE_MS, metrics: metrics.engine }),
  );
  const capability = new Capability({ read: () => readCapability(connection, config), clock, log });
  const credentials = new RobotCredentials({
    ...{ config, now, routes: watch.routes },
    read: readCredential(connection),
  });
  const routed = (key: string) => credentials.routed(key);
  const commits =
    context.argocdApi &&
    new Commits({ client: context.argocdApi, clock, log, onLookUp: metrics.commitLookedUp });
  const doors = {
    ...{ engine, routes: watch.index, now, log },
    store: dispatching({
      ...{ store: storeWatch.noted, routed, answers: storeWatch.answers },
      onDispatched: (keys) => sender()?.wake(keys),
    }),
    onStored: (messages: readonly NewMessage[], count: number) => {
      metrics.accepted({ stored: count, repeated: messages.length - count });
    },
  };
  const accepting = {
    ...doors,
    argocdUrl: config.argocd.url,
    onFailed: metrics.routeFailed,
    commitOf: commits && ((posted: CommitEvent) => commits.of(posted)),
  };
  const door = argocdDoor({
    judge: (token) => capability.judge(token),
    accept: (body, headers) => {
      const direct = own(headers, DIRECT_HEADER.toLowerCase());
      return acceptPost(body, accepting, readDirectMarks(String(direct ?? '')));
    },
    onAnswered: metrics.answered,
    clock,
  });
  const furtherDoor = context.further?.create({
    ...doors,
    ...{ namespace, metrics, clock, request: connection.request },
    serverTime: () => context.serverClock.now(),
  });
  const readiness = (): Readiness =>
    allOfThem([
      cacheCheck(figureOf(watch)),
      readinessCheck(
        'capability',
        capability.wasRead ? undefined : 'the capability of the relay has not been read yet',
      ),
      readinessCheck('store', storeWatch.problem),
      engineCheck(availability.facts),
    ]);
  const metricSources: RelayMetricSources = {
    caches: () => [figureOf(watch)],
    clockSkewMs: () => context.serverClock.skewMs(),
    isReady: () => readiness().ready,
    isEngineAvailable: () => availability.facts.ok,
    queue: storeWatch.queue,
    routes: () => ({
      loaded: watch.routes().length,
      unreadable: watch.index()?.problems.length ?? 0,
    }),
  };
  const senderOptions: SenderOptions = {
    ...{ store, now, random, log, client: context.dingtalk, maxEventAgeMs: config.limits.maxEventAge },
    owner: `${hostname().slice(0, 64)}-${randomUUID()}`,
    credentialOf: (robot, how) => credentials.credentialOf(robot, how),
    postsUnderWay: () => door.posts,
    audienceOf: routed,
    quietHoursOf: (key) => routed(key)?.quietHours,
    otherMember: (key, message) => {
      const [group, robot] = [groupOf(key), routed(key)];
      const members = robot ? [...membersOf(group, robot).keys()] : [];
      return otherMember(key, members, message, { answers: storeWatch.answers(), now: now() });
    },
    serverTime: () => context.serverClock.now(),
    pause: pauseFor,
    onEnded: ({ claim, outcome, ending }) => {
      metrics.delivered(outcome.reason);
      const { length } = claim.messages;
      if (ending !== 'again') metrics.ended(outcome.reason === 'MessageExpired' ? 'expired' : ending, length);
    },
  };
  return {
    ...{ watch, storeWatch, statuses, engine, capability },
    ...{ door, furtherDoor, readiness, metricSources, senderOptions },
  };
}

/** The parts of a relay. */
export type RelayParts = ReturnType<typeof createRelayParts>;

const figureOf = ({ cache: { name, synced, ageMs, missingRight, counts } }: RouteWatch): CacheFigure => ({
  ...{ name, synced, ageMs, ...counts },
  missingRight: missingRight === undefined ? undefined : `the relay ${missingRight}`,
});
