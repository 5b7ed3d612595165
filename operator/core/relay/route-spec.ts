import type { NotificationSubscription } from '../../api/kinds.ts';
import type { ApplicationRouteSpec, RelayRoute } from '../../api/relay-route.ts';
import type { DingTalkRobotSpec } from '../../api/types.generated.ts';
import { eventKeyName } from '../../argocd/names.ts';
import { readProvenance } from '../../argocd/provenance.ts';
import type { ResolvedRobot, ResolvedSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { SubscriptionPlan } from '../plan/placements.ts';
import { eventName } from '../resolve/event-name.ts';
import { clusterGrants } from '../resolve/grants.ts';

type RoutedRobot = ApplicationRouteSpec['robots'][number];

/** All that a route is made of. */
export interface RouteInputs {
  readonly subscription: ResolvedSubscription;
  readonly plan: SubscriptionPlan;
  /** Whether the plan is that of the newest generation. */
  readonly isNewest: boolean;
  readonly live: RelayRoute<ApplicationRouteSpec> | undefined;
  /** The robots that the relay sends to, by service. */
  readonly robots: ReadonlyMap<string, ResolvedRobot>;
  readonly snapshot: Pick<Snapshot, 'config'>;
}

/** The route of a plan. An older generation keeps what its live route says, except for what it may not have any more. */
export function routeSpec({
  subscription,
  plan,
  isNewest,
  live,
  robots,
  snapshot,
}: RouteInputs): ApplicationRouteSpec {
  const { cr } = subscription;
  const { namespace, name, uid, generation } = cr.metadata;
  const before = isNewest ? undefined : live?.spec;
  const triggers = new Set(plan.entry.triggers);
  const events = before?.events ?? eventsOf(cr);
  return {
    subscription: before?.subscription ?? {
      namespace,
      name,
      uid,
      generation: isNewest ? generation : generationOf(plan),
    },
    scope: before?.scope ?? scopeOf(subscription, snapshot),
    configMap: plan.configMap,
    events: events.filter(({ trigger }) => triggers.has(trigger)),
    robots: plan.entry.recipients.flatMap((service) => {
      const robot = robots.get(service);
      const known = live?.spec.robots.find((each) => each.service === service);
      return robot ? [routedRobot(robot, known)] : [];
    }),
  };
}

/** The lowest one, if there are keys of several. */
const generationOf = ({ configMap }: SubscriptionPlan): number =>
  Math.min(...Object.values(configMap).flatMap((value) => readProvenance(value)?.generation ?? []));

function eventsOf({ metadata, spec }: NotificationSubscription): ApplicationRouteSpec['events'] {
  return spec.events.map((event) => {
    const name = eventName(event);
    const trigger = eventKeyName(metadata.namespace, metadata.name, name);
    return { name, trigger, ...(event.trigger !== undefined && { catalogueName: event.trigger }) };
  });
}

/** As wide as the access condition and the criteria together, see `accessOf`. */
function scopeOf(
  { cr, granted }: ResolvedSubscription,
  snapshot: Pick<Snapshot, 'config'>,
): ApplicationRouteSpec['scope'] {
  const { mode, destinations } = snapshot.config.tenancy;
  const isOpen = mode === 'open';
  const countsDeployments = !isOpen && destinations === 'Trusted';
  return {
    open: isOpen,
    projects: granted,
    ...(countsDeployments && { clusters: clusterGrants(snapshot).of(cr.metadata.namespace) }),
    applications: cr.spec.applications,
  };
}

/** A robot in a route. One whose newest spec does not count stays as it is known. */
export function routedRobot(
  { cr, service, audience, verdict }: ResolvedRobot,
  known: RoutedRobot | undefined,
): RoutedRobot {
  if (known && verdict.rollout !== 'current') return known;
  const { locale, timeZone, keywords } = audience;
  const { pool, quietHours } = cr.spec;
  return {
    namespace: cr.metadata.namespace,
    name: cr.metadata.name,
    service,
    ...keysOf(cr.spec),
    ...{ locale, timeZone, keywords },
    ...(pool && { pool: pool.map(keysOf) }),
    ...(quietHours && { quietHours: { timeZone, ...quietHours } }),
  };
}

const keysOf = ({ webhook, signing }: Pick<DingTalkRobotSpec, 'webhook' | 'signing'>) => ({
  webhook: webhook.secretKeyRef,
  ...(signing && { signing: signing.secretKeyRef }),
});
