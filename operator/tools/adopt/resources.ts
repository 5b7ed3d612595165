import { API_VERSION, KINDS } from '../../api/kinds.ts';
import type { SubscribedEvent } from '../../api/types.generated.ts';
import { serviceKey, templateKey } from '../../argocd/names.ts';
import { shortHash } from '../../argocd/provenance.ts';
import { parseSelector } from '../../argocd/selector.ts';
import type { Resources } from './drafts.ts';
import type { EntryRecipient } from './entry-recipients.ts';
import { ResourceLabels } from './label.ts';
import { type ExistingResource, Naming } from './origins.ts';
import type { DingTalkService } from './robots.ts';
import type { TranslatedEvent } from './translate.ts';

const MAX_EVENTS = 20;
const MAX_ROBOTS = 10;
const CREDENTIAL_KEY = 'webhook';

/**
 * Makes the custom resources for the recipients that can be taken over.
 * @param existing the resources in the namespace
 */
export function resourcesFor(
  recipients: readonly EntryRecipient[],
  services: ReadonlyMap<string, DingTalkService>,
  namespace: string,
  existing: readonly ExistingResource[],
): Resources {
  const subscribed = groupByService(recipients);
  const robots = robotsFor([...subscribed.keys()], namespace, existing);
  const robotName = (service: string): string => robots.get(service)?.metadata.name ?? '';
  const templates = templatesFor(subscribed, namespace, existing);
  return {
    credentials: [...robots].map(([service, { spec }]) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: spec.webhook.secretKeyRef.name, namespace },
      webhook: services.get(service)?.url,
    })),
    robots: [...robots.values()],
    templates: templates.drafts,
    subscriptions: subscriptionsFor(
      subscribed,
      robotName,
      templates.nameOf,
      new Naming(SUBSCRIPTION, existing),
      namespace,
    ),
  };
}

const SUBSCRIPTION = KINDS.subscription.kind;

function robotsFor(
  services: readonly string[],
  namespace: string,
  existing: readonly ExistingResource[],
): ReadonlyMap<string, Resources['robots'][number]> {
  const { kind } = KINDS.robot;
  const naming = new Naming(kind, existing);
  return new Map(
    services.map((service) => {
      const metadata = naming.metadata(serviceKey(service), service, namespace);
      const secretKeyRef = { name: `${metadata.name}-webhook`, key: CREDENTIAL_KEY };
      return [service, { apiVersion: API_VERSION, kind, metadata, spec: { webhook: { secretKeyRef } } }];
    }),
  );
}

/** The events of one service by selector, '' for all Applications. */
type SubscribedEvents = ReadonlyMap<string, readonly TranslatedEvent[]>;

/** The engine sends one event once to each service, however many entries subscribe to it. */
function groupByService(recipients: readonly EntryRecipient[]): ReadonlyMap<string, SubscribedEvents> {
  const found = new Map<string, Map<string, Map<string, TranslatedEvent>>>();
  for (const { service, events, entry } of recipients) {
    if (!events) continue;
    const selectors = found.get(service) ?? new Map<string, Map<string, TranslatedEvent>>();
    const selector = entry.selector ?? '';
    const group = selectors.get(selector) ?? new Map<string, TranslatedEvent>();
    for (const event of events) group.set(`${event.trigger}[${event.index}]`, event);
    found.set(service, selectors.set(selector, group));
  }
  return new Map(
    [...found].map(([service, selectors]) => {
      const forAll = selectors.get('');
      const subscribed = [...selectors].map(([selector, group]): [string, TranslatedEvent[]] => [
        selector,
        [...group].flatMap(([key, event]) => (selector !== '' && forAll?.has(key) ? [] : [event])),
      ]);
      return [service, new Map(subscribed.filter(([, events]) => events.length > 0))];
    }),
  );
}

/** One template for each body; it is called like the template that the body comes from. */
function templatesFor(
  subscribed: ReadonlyMap<string, SubscribedEvents>,
  namespace: string,
  existing: readonly ExistingResource[],
) {
  const bodies = new Map<string, Map<string, string>>();
  for (const [service, selectors] of subscribed) {
    for (const { template } of [...selectors.values()].flat()) {
      if (!template) continue;
      const known = bodies.get(template.name) ?? new Map<string, string>();
      if (!known.has(template.body)) known.set(template.body, service);
      bodies.set(template.name, known);
    }
  }
  const { kind } = KINDS.template;
  const naming = new Naming(kind, existing);
  const found = [...bodies].flatMap(([template, variants]) =>
    [...variants].map(([body, service]): [string, Resources['templates'][number]] => {
      const wanted = variants.size === 1 ? template : `${template}-${service}`;
      const metadata = naming.metadata(`${templateKey(template)}/${shortHash(body)}`, wanted, namespace);
      const draft = { apiVersion: API_VERSION, kind, metadata, spec: { message: { raw: body } } };
      return [contentKey({ name: template, body }), draft];
    }),
  );
  const names = new Map(found.map(([key, { metadata }]) => [key, metadata.name]));
  return {
    drafts: found.map(([, draft]) => draft),
    nameOf: (content: Content): string => names.get(contentKey(content)) ?? '',
  };
}

type Content = NonNullable<TranslatedEvent['template']>;

const contentKey = ({ name, body }: Content): string => JSON.stringify([name, body]);

/** Services with the same events of the same Applications share a subscription. */
function subscriptionsFor(
  subscribed: ReadonlyMap<string, SubscribedEvents>,
  robotName: (service: string) => string,
  templateName: (content: Content) => string,
  naming: Naming,
  namespace: string,
): Resources['subscriptions'] {
  const groups = new Map<string, { selector: string; events: SubscribedEvent[]; services: string[] }>();
  for (const [service, selectors] of subscribed) {
    for (const [selector, translated] of selectors) {
      const key = JSON.stringify([selector, translated]);
      const group = groups.get(key) ?? {
        selector,
        events: subscribedEvents(translated, templateName),
        services: [],
      };
      groups.set(key, { ...group, services: [...group.services, service] });
    }
  }
  return [...groups].flatMap(([key, { selector, events, services }]) =>
    chunks(services, MAX_ROBOTS).flatMap((some) =>
      chunks(events, MAX_EVENTS).map((someEvents, part) => ({
        apiVersion: API_VERSION,
        kind: SUBSCRIPTION,
        metadata: naming.metadata(
          `subscriptions/${shortHash(JSON.stringify([some, key, part]))}`,
          robotName(some[0] ?? ''),
          namespace,
        ),
        spec: {
          robots: some.map((service) => ({ name: robotName(service) })),
          applications: selector === '' ? { all: true } : { selector: parseSelector(selector) ?? {} },
          events: someEvents,
        },
      })),
    ),
  );
}

function subscribedEvents(
  translated: readonly TranslatedEvent[],
  templateName: (content: Content) => string,
): SubscribedEvent[] {
  const labels = new ResourceLabels();
  return translated.map(({ trigger, index, of, condition, template }): SubscribedEvent => {
    const name = labels.for(trigger, of > 1 ? `-${index + 1}` : '');
    const content = template && { template: { name: templateName(template) } };
    if (!('catalogue' in condition)) return { name, ...condition, ...content };
    const { catalogue } = condition;
    return { trigger: catalogue, ...(name !== catalogue && { name }), ...content };
  });
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, index) => list.slice(index * size, (index + 1) * size));
}
