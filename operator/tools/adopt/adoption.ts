import { type EntryCut, withoutDeliveries } from '../../argocd/entry-cut.ts';
import { isServiceKey, SUBSCRIPTIONS_KEY, serviceKey } from '../../argocd/names.ts';
import { referencedKeys } from '../../argocd/service-value.ts';
import type { Inquiry } from '../../core/model/inquiry.ts';
import type { LiveObject } from '../../core/model/snapshot.ts';
import type { WebhookRules } from '../../dingtalk/webhook-url.ts';
import { annotatedSubscribers, ineffectiveNotes, type SubscribableObjects } from './annotations.ts';
import { generatedSubscribers, type SubscribingSet } from './application-sets.ts';
import { bySource } from './by-source.ts';
import { coveragesOf } from './coverage.ts';
import { deliveriesOf, type FormerDelivery, isTaken } from './deliveries.ts';
import type { Disposition } from './disposition.ts';
import { dispositionsOf } from './dispositions.ts';
import type { Resources } from './drafts.ts';
import { readForeignConfig } from './foreign-config.ts';
import type { ExistingResource } from './origins.ts';
import { placedEvents } from './placement.ts';
import { type AnnotationRemovals, annotationRemovals } from './removals.ts';
import { resourcesFor } from './resources.ts';
import { dingTalkServices, type SecretValues } from './robots.ts';
import { applicationFinder } from './scope.ts';
import { stillUsed, withoutHalves } from './staying.ts';
import type { ProjectGrant, Teams } from './teams.ts';

/** The configuration to adopt, and its surroundings. */
export interface AdoptionInput {
  readonly configMap: LiveObject;
  /** All of argocd-notifications-secret, as text; undefined if it is not known. */
  readonly secret: SecretValues | undefined;
  /** Objects that may subscribe by annotation, as far as they are known. */
  readonly objects: SubscribableObjects & { readonly applicationSets: readonly SubscribingSet[] };
  /** Argo CD's namespace. */
  readonly home: string;
  /** Of the custom resources, except for those of teams. */
  readonly namespace: string;
  readonly teams: Teams;
  /** Custom resources of all namespaces. */
  readonly existing: readonly ExistingResource[];
  readonly rules: WebhookRules;
}

/** Foreign DingTalk configuration as custom resources, and the parts that can go then. */
export interface Adoption {
  readonly resources: Resources;
  /** The decision on each key, each recipient of `subscriptions` and each annotation. */
  readonly dispositions: readonly Disposition[];
  /** Differences afterwards and defects before; each once. */
  readonly notes: readonly string[];
  readonly cut: Cut;
  /** What teams need before their resources can take over. */
  readonly grants: readonly ProjectGrant[];
  /** Annotations that people remove after the switch. */
  readonly removals: AnnotationRemovals;
  /** Keys of the Secret that only removed services read. */
  readonly idleSecretKeys: readonly string[];
  /** All deliveries, also those that stay. */
  readonly deliveries: readonly FormerDelivery[];
}

/** The parts of the ConfigMap that go once custom resources replace them. */
export interface Cut {
  readonly keys: readonly string[];
  /** The value of `subscriptions` without the removed recipients; absent: the key goes, or there was none. */
  readonly subscriptions?: string;
}

/**
 * Reads Argo CD's notification configuration as others wrote it, and finds custom resources that replace its DingTalk webhooks.
 * The engine is asked about each condition and body; the result is final once `inquiry` has no open questions.
 * @throws Error for a value that can't be read
 */
export function adoptionOf(input: AdoptionInput, inquiry: Inquiry): Adoption {
  const { configMap, secret, objects, home, namespace, teams, existing, rules } = input;
  const config = readForeignConfig(configMap);
  const services = dingTalkServices(config, secret, rules);
  const { subscribers, ineffective } = annotatedSubscribers(objects, home);
  const find = applicationFinder(objects.applications);
  const found = deliveriesOf(config, services, subscribers, inquiry);
  const settled = (each: readonly FormerDelivery[]) => withoutHalves(each, config, find);
  const { deliveries, subscriptions } = cuttable(settled(found), configMap.data[SUBSCRIPTIONS_KEY], settled);
  const decided = dispositionsOf({ config, services, deliveries, used: stillUsed(deliveries, config) });
  const gone = new Set(decided.flatMap(({ key, isTaken: goes }) => (goes ? [key] : [])));
  const keyOf = (service: string): string => config.serviceKeys.get(service) ?? serviceKey(service);
  const isGone = (service: string): boolean => gone.has(keyOf(service));
  const generated = generatedSubscribers(objects.applicationSets, objects.applications, home, {
    isRobot: (service) => services.has(service),
    isGone,
    deliveries,
  });
  const { byService, notes: overlaps } = coveragesOf(deliveries, find);
  const notes = [
    ...deliveries.flatMap((delivery) => delivery.notes),
    ...overlaps,
    ...[...services.values()].flatMap(({ name, notes: own }) =>
      byService.has(name) ? own.map((note) => `${keyOf(name)}: ${note}`) : [],
    ),
    ...ineffectiveNotes(ineffective, services),
    ...generated.notes,
  ];
  const removals = annotationRemovals(deliveries, isGone);
  return {
    resources: resourcesFor(
      placedEvents(byService, namespace, teams.namespaceOf),
      services,
      isGone,
      namespace,
      existing,
    ),
    grants: grantsFor(deliveries, teams),
    dispositions: [...decided, ...generated.dispositions],
    notes: [...new Set(notes)],
    cut: {
      keys: config.keys.filter((key) => gone.has(key)),
      ...(subscriptions !== undefined && { subscriptions }),
    },
    removals: { ...removals, edits: [...generated.edits, ...removals.edits] },
    idleSecretKeys: idleSecretKeys(configMap.data, gone),
    deliveries,
  };
}

function grantsFor(deliveries: readonly FormerDelivery[], { missingGrant }: Teams): ProjectGrant[] {
  const found = deliveries.filter(isTaken).flatMap(({ scope }) => missingGrant(scope) ?? []);
  return [...new Map(found.map((each) => [each.project, each])).values()];
}

function idleSecretKeys(data: LiveObject['data'], gone: ReadonlySet<string>): string[] {
  const readBy = (isMeant: (key: string) => boolean): string[] =>
    Object.entries(data).flatMap(([key, value]) =>
      isServiceKey(key) && isMeant(key) ? referencedKeys(value) : [],
    );
  const stillRead = new Set(readBy((key) => !gone.has(key)));
  return [...new Set(readBy((key) => gone.has(key)))].filter((key) => !stillRead.has(key)).sort();
}

const STUCK =
  'adopt cannot remove this entry from the value of subscriptions without damage; write the value as a plain list';

/** If the list can't be cut, nothing of it is taken over: Argo CD would send everything twice. */
function cuttable(
  deliveries: readonly FormerDelivery[],
  text: string | undefined,
  settled: (deliveries: readonly FormerDelivery[]) => readonly FormerDelivery[],
): { readonly deliveries: readonly FormerDelivery[]; readonly subscriptions: string | undefined } {
  const cut = new Map<number, Map<string, readonly string[]>>();
  for (const { source, deliveries: own } of bySource(deliveries)) {
    if (source.kind !== 'entry' || !own.some(isTaken)) continue;
    const kept = own.flatMap(({ events, trigger }) => (events === undefined ? [trigger] : []));
    const { index } = source.entry;
    cut.set(index, (cut.get(index) ?? new Map()).set(source.recipient, kept));
  }
  const rest = withoutDeliveries(text, cut satisfies EntryCut);
  if (rest.ok) return { deliveries, subscriptions: rest.text };
  const staying = deliveries.map(({ events, ...delivery }): FormerDelivery => {
    if (delivery.source.kind === 'annotation') return { ...delivery, ...(events && { events }) };
    return events ? { ...delivery, notes: [], reason: STUCK } : delivery;
  });
  return { deliveries: settled(staying), subscriptions: text };
}
