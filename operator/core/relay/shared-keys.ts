import { objectKey } from '../../api/names.ts';
import type { ApplicationRouteSpec } from '../../api/relay-route.ts';
import type { DirectMarks } from '../../argocd/direct-marks.ts';
import { sinceIn } from '../../argocd/moment.ts';
import {
  parseKey,
  RELAY_SERVICE,
  relayedEventName,
  serviceKey,
  templateKey,
  triggerKey,
} from '../../argocd/names.ts';
import { formatPostedEvent } from '../../argocd/posted-event.ts';
import { formatProvenance } from '../../argocd/provenance.ts';
import { formatRelayService, joinedUrl, secretReference } from '../../argocd/service-value.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { formatTrigger } from '../../argocd/trigger-value.ts';
import { own, setOwn } from '../../lib/own.ts';
import { rfc3339 } from '../../lib/rfc3339.ts';
import { CATALOGUE } from '../../message/catalogue/catalogue.ts';
import type { CatalogueTrigger } from '../../message/catalogue/trigger.ts';
import { accessHash } from '../compile/access-hash.ts';
import { eventCondition } from '../compile/condition.ts';
import { checkFinding } from '../gate/verdicts.ts';
import type { Inquiry } from '../model/inquiry.ts';
import { type LiveKey, type LiveState, liveRecipients } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { countsFrom } from '../plan/counts-from.ts';
import type { Moves } from '../plan/moves.ts';
import type { Plan } from '../plan/placements.ts';

/** The relay's door for Argo CD, below its URL. */
const DOOR = '/v1/argocd';

const ACCESS = 'true';

/** No custom resource has this uid. The keys depend on no tenant, and on no generation. */
const MARK = formatProvenance({
  uid: '00000000',
  generation: 1,
  hash: accessHash(ACCESS, { raw: false, expressions: false }),
});

/** The moment in the engine's questions, which must stay the same. */
const ANY_MOMENT = '2000-01-01T00:00:00Z';

/**
 * Adds what all relayed robots share to a plan: the relay's service with its capability, and for each event of the catalogue that a
 * route has, one trigger that posts the event to the relay. The triggers are for all Applications, since the relay knows who may hear
 * of which. The capability stays as long as there are routes.
 * The marks are in Argo CD's objects before the first route is.
 */
export function withSharedKeys(
  plan: Plan,
  snapshot: Snapshot,
  live: LiveState,
  inquiry: Inquiry,
  { marks, waiting }: Pick<Moves, 'marks' | 'waiting'>,
): Plan {
  const { url } = snapshot.config.relay;
  const capability = own(snapshot.target.secret?.data, RELAY_SERVICE) ?? snapshot.relay?.newCapability;
  if (plan.routes.size + marks.size === 0 || url === undefined) return plan;
  const before = new Map(live.relay.filter(isShared).map(({ key, value }) => [key, value]));
  const isPosted = ({ namespace, name }: ApplicationRouteSpec['subscription'], event: string) =>
    !waiting.has(objectKey(namespace, name)) || before.has(triggerKey(relayedEventName(event)));
  const events = sharedEvents(
    [...plan.routes.values()].flatMap((route) =>
      route.events.flatMap(({ catalogueName }) =>
        catalogueName !== undefined && isPosted(route.subscription, catalogueName) ? [catalogueName] : [],
      ),
    ),
    Math.round(snapshot.config.limits.maxEventAge / 1000),
  );
  const keysAt = (direct: DirectMarks, momentOf: (event: SharedEvent) => string): Record<string, string> => {
    const service = formatRelayService(joinedUrl(url, DOOR), secretReference(RELAY_SERVICE), MARK, direct);
    const keys: Record<string, string> = { [serviceKey(RELAY_SERVICE)]: service };
    for (const event of events) {
      setOwn(keys, triggerKey(event.name), event.triggerValue(momentOf(event)));
      setOwn(keys, templateKey(event.name), formatPostedEvent(event.catalogueName, RELAY_SERVICE, MARK));
    }
    return keys;
  };
  const wanted = keysAt(marks, (event) =>
    countsFrom(
      event,
      [RELAY_SERVICE],
      before.get(triggerKey(event.name)),
      liveRecipients(live, event.name),
      firstMoment(plan.routes.values(), event.catalogueName, snapshot.serverTime),
    ),
  );
  const isLive = Object.entries(wanted).every(([key, value]) => before.get(key) === value);
  // The engine has nothing to say about marks.
  const candidate = keysAt(new Map(), () => ANY_MOMENT);
  const isRefused = !isLive && checkFinding(inquiry, candidate, () => 'relay.url') !== undefined;
  const keys = isRefused ? Object.fromEntries(before) : wanted;
  const entries = isRefused
    ? live.entries.filter(({ triggers }) => triggers.some((name) => before.has(triggerKey(name))))
    : sharedEntries(events);
  return {
    ...plan,
    configMap: { ...plan.configMap, ...keys },
    entries: [...plan.entries, ...entries],
    secret: { ...plan.secret, ...(capability !== undefined && { [RELAY_SERVICE]: capability }) },
  };
}

/** Argo CD comes to each Application within this time. */
const LAG_MS = 600_000;

/**
 * The moment from which a new trigger counts that posts events to the relay: the earliest one of these routes, since a robot that moves to
 * the relay may have events that Argo CD has yet to come to. The events of a whole day would all be posted at once, so there is a bound.
 * @param catalogueName undefined for events with own conditions
 */
export function firstMoment(
  routes: Iterable<ApplicationRouteSpec>,
  catalogueName: string | undefined,
  now: Date,
): string {
  const moments = [...routes].flatMap(({ events, configMap }) =>
    events
      .filter((event) => event.catalogueName === catalogueName)
      .flatMap(({ trigger }) => sinceIn(own(configMap, triggerKey(trigger)) ?? '') ?? []),
  );
  const earliest = moments.sort()[0] ?? rfc3339(now);
  const bound = rfc3339(new Date(now.getTime() - LAG_MS));
  return earliest < bound ? bound : earliest;
}

/** Whether a key of the relay belongs to no subscription. */
export function isShared({ key }: Pick<LiveKey, 'key'>): boolean {
  const owner = parseKey(key);
  return owner?.kind === 'relay' && owner.subscription === undefined;
}

/** An event of the catalogue, for all Applications. */
interface SharedEvent {
  readonly name: string;
  readonly catalogueName: string;
  when(since: string): string;
  triggerValue(since: string): string;
}

/** @param names in the catalogue */
function sharedEvents(names: readonly string[], maxEventAgeSeconds: number): SharedEvent[] {
  const used = new Set(names);
  return CATALOGUE.filter(({ name }) => used.has(name)).map((trigger) =>
    sharedEvent(trigger, maxEventAgeSeconds),
  );
}

/**
 * An event that follows another one is posted in any case: the relay has the notes of sends, for each subscription.
 */
function sharedEvent(trigger: CatalogueTrigger, maxEventAgeSeconds: number): SharedEvent {
  const name = relayedEventName(trigger.name);
  const when = eventCondition(
    { name: trigger.name, catalogueName: trigger.name, trigger },
    {
      cr: { metadata: { namespace: '', name: '' } },
      accessCondition: ACCESS,
      criteria: undefined,
      events: [],
      maxEventAgeSeconds,
      recipients: [RELAY_SERVICE],
    },
  );
  return {
    name,
    catalogueName: trigger.name,
    when,
    triggerValue: (since) =>
      formatTrigger({
        description: MARK,
        when: when(since),
        ...(trigger.oncePer !== undefined && { oncePer: trigger.oncePer }),
        send: [name],
      }),
  };
}

const sharedEntries = (events: readonly SharedEvent[]): SubscriptionEntry[] =>
  events.length === 0 ? [] : [{ recipients: [RELAY_SERVICE], triggers: events.map(({ name }) => name) }];
