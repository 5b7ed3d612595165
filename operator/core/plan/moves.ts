import type { NotificationSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import type { RelayRoute } from '../../api/relay-route.ts';
import { type DirectMarks, directMark } from '../../argocd/direct-marks.ts';
import { sinceIn } from '../../argocd/moment.ts';
import {
  eventKeyName,
  postedEventName,
  RELAY_SERVICE,
  relayedEventName,
  serviceKey,
  triggerName,
} from '../../argocd/names.ts';
import { directMarksIn } from '../../argocd/service-value.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { rfc3339 } from '../../lib/rfc3339.ts';
import { companions } from '../compile/condition.ts';
import type { Faults } from '../model/faults.ts';
import { type LiveState, liveKeysOf, liveRecipients } from '../model/live.ts';
import { liveRoutes } from '../model/live-routes.ts';
import type { Resolution, ResolvedRobot, ResolvedSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { type Way, wayOf } from './ways.ts';

/** At most so many pairs of subscription and robot have marks: Argo CD sends them in a header. The next ones follow. */
const MAX_MARKS = 500;

/** Which robots get the messages of which subscriptions from Argo CD, which from the relay, and which are on their way. */
export interface Moves {
  /** A subscription with the robots that Argo CD sends to. */
  directPart(this: void, subscription: ResolvedSubscription): ResolvedSubscription;
  /** The same with those that the relay sends to. */
  relayedPart(this: void, subscription: ResolvedSubscription): ResolvedSubscription;
  /** Whether Argo CD's objects have a robot. */
  isDirect(this: void, robot: ResolvedRobot): boolean;
  /** Whether routes have a robot. */
  isRelayed(this: void, robot: ResolvedRobot): boolean;
  readonly marks: DirectMarks;
  /**
   * Subscriptions, `namespace/name`, whose route waits for the relay while Argo CD goes on. Nothing new is posted for them: Argo CD has
   * one worker, which tries for seconds to reach a relay that is away.
   */
  readonly waiting: ReadonlySet<string>;
  /** When the next step of a move is due. */
  readonly dueAt?: Date;
}

/** The moves of a decision. They depend on what is live, so that a move goes on after a restart. */
export function movesOf(resolution: Resolution, snapshot: Snapshot, live: LiveState, faults: Faults): Moves {
  const routes = liveRoutes(snapshot).bySubscription;
  const service = live.relay.find(({ key }) => key === serviceKey(RELAY_SERVICE));
  const before = service ? directMarksIn(service.value) : new Map<string, number>();
  const isMoving =
    snapshot.config.relay.url !== undefined &&
    (routes.size + before.size > 0 || resolution.robots.some(({ isRelayed }) => isRelayed));
  const robots = new Map(isMoving ? resolution.robots.map((robot) => [robot.service, robot]) : []);
  const ways = new Map<string, ReadonlyMap<string, Way>>();
  const [direct, relayed, marks] = [new Set<string>(), new Set<string>(), new Map<string, number>()];
  const waiting = new Set<string>();
  const times: number[] = [];
  for (const subscription of isMoving ? resolution.subscriptions : []) {
    const key = resourceKey(subscription.cr);
    const route = routes.get(key);
    const own = new Map<string, Way>();
    ways.set(key, own);
    for (const each of servicesOf(subscription, route, live)) {
      const robot = robots.get(each);
      if (!robot) continue;
      const mark = directMark(key, each);
      const [known, isFull] = [before.get(mark), marks.size >= MAX_MARKS];
      const facts = { subscription, robot, route, live, mark: known, isFull, snapshot };
      const way = faults.guard(
        subscription.cr,
        () => wayIn(facts),
        () => undefined,
      );
      if (!way) continue;
      own.set(each, way);
      if (way.isDirect) direct.add(each);
      if (way.isRelayed) relayed.add(each);
      if (robot.isRelayed && way.isDirect && !(route && isLoaded(route))) waiting.add(key);
      if (way.mark !== undefined) marks.set(mark, way.mark);
      if (way.nextAt !== undefined) times.push(way.nextAt * 1_000);
    }
  }
  const waysOf = ({ cr }: ResolvedSubscription) => ways.get(resourceKey(cr));
  return {
    directPart: (subscription) => partOf(subscription, waysOf(subscription), false),
    relayedPart: (subscription) => partOf(subscription, waysOf(subscription), true),
    isDirect: ({ isRelayed, service }) => !isRelayed || direct.has(service),
    isRelayed: ({ isRelayed = false, service }) => isRelayed || relayed.has(service),
    ...{ marks, waiting },
    ...(times.length > 0 && { dueAt: new Date(Math.min(...times)) }),
  };
}

/** The services of the newest generation, of the live version, and of the route. */
function servicesOf(
  { cr, robots }: ResolvedSubscription,
  route: RelayRoute | undefined,
  live: LiveState,
): ReadonlySet<string> {
  return new Set([
    ...robots.map(({ service }) => service),
    ...liveTriggers(cr, live).flatMap((name) => [...liveRecipients(live, name)]),
    ...(route?.spec.robots ?? []).map(({ service }) => service),
  ]);
}

interface MoveFacts {
  readonly subscription: ResolvedSubscription;
  readonly robot: ResolvedRobot;
  /** The live route. */
  readonly route: RelayRoute | undefined;
  readonly live: LiveState;
  readonly mark: number | undefined;
  readonly isFull: boolean;
  readonly snapshot: Pick<Snapshot, 'config' | 'serverTime'>;
}

function wayIn({ subscription, robot, route, live, mark, isFull, snapshot }: MoveFacts): Way {
  const { cr, events } = subscription;
  const { service } = robot;
  const triggers = liveTriggers(cr, live);
  const isService = live.services.has(resourceKey(robot.cr));
  const moments = liveKeysOf(live, cr).flatMap(({ value }) => sinceIn(value) ?? []);
  return wayOf({
    isForRelay: robot.isRelayed ?? false,
    isSent: isService && triggers.some((name) => liveRecipients(live, name).has(service)),
    sentSince: moments.length > 0 ? Date.parse(moments.sort().at(-1) as string) / 1_000 : undefined,
    isUnsent: triggers.every((name) => liveRecipients(live, name).size === 0),
    isRouted: route?.spec.robots.some((each) => each.service === service) ?? false,
    isReady: route !== undefined && isLoaded(route) && isPosted(route, live),
    mark,
    isFull,
    hasFollower: events.some((event) => companions(event, events).followers.length > 0),
    writeInterval: Math.ceil(snapshot.config.limits.writeInterval / 1_000),
    now: Math.floor(snapshot.serverTime.getTime() / 1_000),
  });
}

const liveTriggers = (cr: NotificationSubscription, live: LiveState): readonly string[] =>
  liveKeysOf(live, cr).flatMap(({ key }) => triggerName(key) ?? []);

/** Whether the relay has loaded a route as it is. */
export const isLoaded = ({ metadata, status }: RelayRoute): boolean =>
  status?.observedGeneration === metadata.generation;

/** Whether Argo CD posts all events of a route. */
function isPosted({ spec: { events, subscription } }: RelayRoute, live: LiveState): boolean {
  const { namespace, name } = subscription;
  const keys = new Set(live.relay.map(({ key }) => triggerName(key)));
  return events.every((event) => {
    const trigger =
      event.catalogueName === undefined
        ? eventKeyName(namespace, name, postedEventName(event.name))
        : relayedEventName(event.catalogueName);
    return keys.has(trigger) && liveRecipients(live, trigger).has(RELAY_SERVICE);
  });
}

/** The same object each time, since much is remembered of it. */
function partOf(
  subscription: ResolvedSubscription,
  ways: ReadonlyMap<string, Way> | undefined,
  isRelay: boolean,
): ResolvedSubscription {
  if (!ways && !isRelay && !subscription.robots.some(({ isRelayed }) => isRelayed)) return subscription;
  const isMine = (service: string, isRelayed = false) => {
    const way = ways?.get(service);
    return way ? (isRelay ? way.isRelayed : way.isDirect) : isRelayed === isRelay;
  };
  const all = [...(ways?.keys() ?? []), ...subscription.robots.map(({ service }) => service)];
  const relayed = new Set(subscription.robots.flatMap((each) => (each.isRelayed ? [each.service] : [])));
  const elsewhere = new Set(all.filter((service) => !isMine(service, relayed.has(service))));
  const since = isRelay ? undefined : [...(ways?.values() ?? [])].flatMap((way) => way.since ?? [])[0];
  if (elsewhere.size === 0 && since === undefined) return subscription;
  return (isRelay ? relayedParts : directParts).get(subscription, [[...elsewhere].join(), since], () => ({
    ...subscription,
    robots: subscription.robots.filter(({ service }) => !elsewhere.has(service)),
    elsewhere,
    ...(since !== undefined && { countsFrom: rfc3339(new Date(since * 1_000)) }),
    ...(isRelay && { noted: subscription.robots.map(({ service }) => service) }),
  }));
}

const directParts = new ObjectMemo<ResolvedSubscription, ResolvedSubscription>();
const relayedParts = new ObjectMemo<ResolvedSubscription, ResolvedSubscription>();
