import { API_VERSION, KINDS } from '../../api/kinds.ts';
import { ADOPTED_IN_PART } from '../../api/names.ts';
import { serviceKey } from '../../argocd/names.ts';
import type { Resources } from './drafts.ts';
import { type ExistingResource, Naming } from './origins.ts';
import type { PlacedEvents } from './placement.ts';
import type { DingTalkService } from './robots.ts';
import { subscriptionsFor } from './subscription-drafts.ts';
import { templatesFor } from './template-drafts.ts';

const CREDENTIAL_KEY = 'webhook';

/**
 * Makes the custom resources for the deliveries that can be taken over. Each namespace gets robots of its own, with their credentials.
 * @param isGone whether the former service goes as a whole
 * @param central the namespace of the templates
 * @param existing the resources of all namespaces
 */
export function resourcesFor(
  placed: PlacedEvents,
  services: ReadonlyMap<string, DingTalkService>,
  isGone: (service: string) => boolean,
  central: string,
  existing: readonly ExistingResource[],
): Resources {
  const inside = (namespace: string) => existing.filter(({ metadata }) => metadata.namespace === namespace);
  const templates = templatesFor(placed, central, inside(central));
  const parts = [...placed].map(([namespace, subscribed]) => {
    const here = inside(namespace);
    const robots = robotsFor([...subscribed.keys()], services, isGone, namespace, here);
    return {
      credentials: [...robots].map(([service, { spec }]) => ({
        apiVersion: 'v1' as const,
        kind: 'Secret' as const,
        metadata: { name: spec.webhook.secretKeyRef.name, namespace },
        webhook: services.get(service)?.url,
      })),
      robots: [...robots.values()],
      subscriptions: subscriptionsFor(
        subscribed,
        (service) => robots.get(service)?.metadata.name ?? '',
        (content) => templates.reference(content, namespace),
        new Naming(KINDS.subscription.kind, here),
        namespace,
      ),
    };
  });
  return {
    credentials: parts.flatMap(({ credentials }) => credentials),
    robots: parts.flatMap(({ robots }) => robots),
    templates: templates.drafts,
    subscriptions: parts.flatMap(({ subscriptions }) => subscriptions),
  };
}

function robotsFor(
  names: readonly string[],
  services: ReadonlyMap<string, DingTalkService>,
  isGone: (service: string) => boolean,
  namespace: string,
  existing: readonly ExistingResource[],
): ReadonlyMap<string, Resources['robots'][number]> {
  const { kind } = KINDS.robot;
  const naming = new Naming(kind, existing);
  return new Map(
    names.map((service) => {
      const key = services.get(service)?.key ?? serviceKey(service);
      const named = naming.metadata(key, service, namespace);
      const part = isGone(service) ? {} : { [ADOPTED_IN_PART]: 'true' };
      const metadata = { ...named, annotations: { ...named.annotations, ...part } };
      const secretKeyRef = { name: `${metadata.name}-webhook`, key: CREDENTIAL_KEY };
      return [service, { apiVersion: API_VERSION, kind, metadata, spec: { webhook: { secretKeyRef } } }];
    }),
  );
}
