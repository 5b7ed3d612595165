import { API_VERSION, KINDS } from '../../api/kinds.ts';
import type { ApplicationCriteria, SubscribedEvent } from '../../api/types.generated.ts';
import { serviceKey, templateKey } from '../../argocd/names.ts';
import { shortHash } from '../../argocd/provenance.ts';
import { parseSelector } from '../../argocd/selector.ts';
import type { Coverage, CoveredEvents } from './coverage.ts';
import type { Resources } from './drafts.ts';
import { ResourceLabels } from './label.ts';
import { type ExistingResource, Naming } from './origins.ts';
import type { DingTalkService } from './robots.ts';
import type { TranslatedEvent } from './translate.ts';

const MAX_EVENTS = 20;
const MAX_ROBOTS = 10;
/** Names, and AppProjects. */
const MAX_NAMES = 50;
const CREDENTIAL_KEY = 'webhook';

/**
 * Makes the custom resources for the deliveries that can be taken over.
 * @param existing the resources in the namespace
 */
export function resourcesFor(
  subscribed: ReadonlyMap<string, readonly CoveredEvents[]>,
  services: ReadonlyMap<string, DingTalkService>,
  namespace: string,
  existing: readonly ExistingResource[],
): Resources {
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

/** One template for each body; it is called like the template that the body comes from. */
function templatesFor(
  subscribed: ReadonlyMap<string, readonly CoveredEvents[]>,
  namespace: string,
  existing: readonly ExistingResource[],
) {
  const bodies = new Map<string, Map<string, string>>();
  for (const [service, covered] of subscribed) {
    for (const { template } of covered.flatMap(({ events }) => events)) {
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
  subscribed: ReadonlyMap<string, readonly CoveredEvents[]>,
  robotName: (service: string) => string,
  templateName: (content: Content) => string,
  naming: Naming,
  namespace: string,
): Resources['subscriptions'] {
  const groups = new Map<string, { coverage: Coverage; events: SubscribedEvent[]; services: string[] }>();
  for (const [service, covered] of subscribed) {
    for (const { coverage, events } of covered.flatMap(bounded)) {
      const key = JSON.stringify([coverageKey(coverage), events]);
      const group = groups.get(key) ?? {
        coverage,
        events: subscribedEvents(events, templateName),
        services: [],
      };
      groups.set(key, { ...group, services: [...group.services, service] });
    }
  }
  return [...groups].flatMap(([key, { coverage, events, services }]) =>
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
          applications: criteriaOf(coverage),
          events: someEvents,
        },
      })),
    ),
  );
}

/** A part of the origin of a subscription, which must not change with the operator's version. */
function coverageKey(coverage: Coverage): unknown {
  if (coverage.kind === 'all') return '';
  return coverage.kind === 'selector' ? coverage.selector : coverage;
}

/** Several, if a subscription cannot name so many Applications or AppProjects. */
function bounded({ coverage, events }: CoveredEvents): CoveredEvents[] {
  if (coverage.kind === 'applications')
    return chunks(coverage.names, MAX_NAMES).map((names) => ({ coverage: { ...coverage, names }, events }));
  if (coverage.kind === 'projects')
    return chunks(coverage.projects, MAX_NAMES).map((projects) => ({
      coverage: { ...coverage, projects },
      events,
    }));
  return [{ coverage, events }];
}

/** Names and namespaces are independent criteria, so one subscription names Applications of one namespace only. */
function criteriaOf(coverage: Coverage): ApplicationCriteria {
  switch (coverage.kind) {
    case 'all':
      return { all: true };
    case 'selector':
      return { selector: parseSelector(coverage.selector) ?? {} };
    case 'projects': {
      const { projects, selector } = coverage;
      return {
        projects: [...projects],
        ...(selector !== undefined && { selector: parseSelector(selector) ?? {} }),
      };
    }
    case 'applications':
      return { names: [...coverage.names], namespaces: [coverage.namespace] };
  }
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
