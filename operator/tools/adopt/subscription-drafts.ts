import { API_VERSION, KINDS } from '../../api/kinds.ts';
import type { ApplicationCriteria, SubscribedEvent, TemplateReference } from '../../api/types.generated.ts';
import { shortHash } from '../../argocd/provenance.ts';
import { parseSelector } from '../../argocd/selector.ts';
import { chunks } from '../../lib/chunks.ts';
import type { Coverage, CoveredEvents } from './coverage.ts';
import type { Resources } from './drafts.ts';
import { ResourceLabels } from './label.ts';
import type { Naming } from './origins.ts';
import type { EventContent } from './template-drafts.ts';
import type { TranslatedEvent } from './translate.ts';

const MAX_EVENTS = 20;
const MAX_ROBOTS = 10;
/** Names, and AppProjects. */
const MAX_NAMES = 50;
const SUBSCRIPTION = KINDS.subscription.kind;

/** Services with the same events of the same Applications share a subscription. */
export function subscriptionsFor(
  subscribed: ReadonlyMap<string, readonly CoveredEvents[]>,
  robotName: (service: string) => string,
  templateReference: (content: EventContent) => TemplateReference,
  naming: Naming,
  namespace: string,
): Resources['subscriptions'] {
  const groups = new Map<string, { coverage: Coverage; events: SubscribedEvent[]; services: string[] }>();
  for (const [service, covered] of subscribed) {
    for (const { coverage, events } of covered.flatMap(bounded)) {
      const key = JSON.stringify([coverageKey(coverage), events]);
      const group = groups.get(key) ?? {
        coverage,
        events: subscribedEvents(events, templateReference),
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
  templateReference: (content: EventContent) => TemplateReference,
): SubscribedEvent[] {
  const labels = new ResourceLabels();
  return translated.map(({ trigger, index, of, condition, template }): SubscribedEvent => {
    const name = labels.for(trigger, of > 1 ? `-${index + 1}` : '');
    const content = template && { template: templateReference(template) };
    if (!('catalogue' in condition)) return { name, ...condition, ...content };
    const { catalogue } = condition;
    return { trigger: catalogue, ...(name !== catalogue && { name }), ...content };
  });
}
