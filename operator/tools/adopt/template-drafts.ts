import { API_VERSION, KINDS } from '../../api/kinds.ts';
import { templateKey } from '../../argocd/names.ts';
import { shortHash } from '../../argocd/provenance.ts';
import { chunks } from '../../lib/chunks.ts';
import type { Resources } from './drafts.ts';
import { type ExistingResource, Naming } from './origins.ts';
import type { PlacedEvents } from './placement.ts';
import type { TranslatedEvent } from './translate.ts';

/** The name and the body of a message. */
export type EventContent = NonNullable<TranslatedEvent['template']>;

/** The templates, and the reference to one from another namespace. */
export interface TemplateDrafts {
  readonly drafts: Resources['templates'];
  readonly reference: (content: EventContent, namespace: string) => { name: string; namespace?: string };
}

/** Namespaces that one template can be shared with. */
const MAX_SHARED = 50;

/**
 * One template for each body; it is called like the template that the body comes from. All are in the one namespace that may have raw
 * bodies, and shared with the namespaces that use them.
 */
export function templatesFor(
  placed: PlacedEvents,
  central: string,
  existing: readonly ExistingResource[],
): TemplateDrafts {
  const bodies = new Map<string, Map<string, { service: string; users: Set<string> }>>();
  for (const [namespace, services] of placed) {
    for (const [service, covered] of services) {
      for (const { template } of covered.flatMap(({ events }) => events)) {
        if (!template) continue;
        const variants =
          bodies.get(template.name) ?? new Map<string, { service: string; users: Set<string> }>();
        const { users } = variants.get(template.body) ?? { users: new Set<string>() };
        variants.set(template.body, {
          service: variants.get(template.body)?.service ?? service,
          users: namespace === central ? users : users.add(namespace),
        });
        bodies.set(template.name, variants);
      }
    }
  }
  const { kind } = KINDS.template;
  const naming = new Naming(kind, existing);
  const names = new Map<string, string>();
  const drafts = [...bodies].flatMap(([template, variants]) =>
    [...variants].flatMap(([body, { service, users }]) => {
      const wanted = variants.size === 1 ? template : `${template}-${service}`;
      const shares = users.size === 0 ? [[]] : chunks([...users], MAX_SHARED);
      return shares.map((namespaces, index) => {
        const origin = `${templateKey(template)}/${shortHash(body)}${index === 0 ? '' : `/${index + 1}`}`;
        const metadata = naming.metadata(origin, wanted, central);
        const forAll = index === 0 ? [central, ...namespaces] : namespaces;
        for (const each of forAll) names.set(contentKey({ name: template, body }, each), metadata.name);
        const shared = namespaces.length === 0 ? {} : { sharedWith: { namespaces } };
        return { apiVersion: API_VERSION, kind, metadata, spec: { message: { raw: body }, ...shared } };
      });
    }),
  );
  return {
    drafts,
    reference: (content, namespace) => ({
      name: names.get(contentKey(content, namespace)) ?? '',
      ...(namespace !== central && { namespace: central }),
    }),
  };
}

const contentKey = ({ name, body }: EventContent, namespace: string): string =>
  JSON.stringify([name, body, namespace]);
