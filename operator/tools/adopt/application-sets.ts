import { type GeneratedService, generatedServices } from '../../argocd/generated-annotations.ts';
import { own } from '../../lib/own.ts';
import type { SubscribableObject } from './annotations.ts';
import type { Disposition } from './disposition.ts';

/** An ApplicationSet, as far as it subscribes the Applications that it generates. */
export interface SubscribingSet extends SubscribableObject {
  readonly spec?: unknown;
}

/** What is known of the templates that subscribe. */
export interface GeneratedSubscribers {
  /** Where to remove annotations: otherwise the Applications get them back. */
  readonly edits: readonly string[];
  readonly notes: readonly string[];
  /** ApplicationSets of whose Applications none is known. */
  readonly dispositions: readonly Disposition[];
}

/**
 * Finds the ApplicationSets that subscribe Applications to services that are taken over.
 * @param home Argo CD's namespace
 */
export function generatedSubscribers(
  sets: readonly SubscribingSet[],
  applications: readonly SubscribableObject[],
  home: string,
  isTaken: (service: string) => boolean,
): GeneratedSubscribers {
  const found = sets.flatMap((set) => {
    const services = generatedServices(set.spec).filter(
      ({ service }) => isTaken(service) || isVariable(service),
    );
    if (services.length === 0) return [];
    const { namespace = home, name } = set.metadata;
    const isKnown = applications.some((each) => isGeneratedBy(each, name, namespace, home, services));
    return [{ name: `ApplicationSet ${namespace}/${name}`, services, isKnown }];
  });
  return {
    edits: found.flatMap(({ name, services }) => [
      ...new Set(services.map(({ path, annotation }) => `${name}, ${path}: remove ${annotation}`)),
    ]),
    notes: found.map(
      ({ name }) =>
        `${name}: the subscriptions name the Applications that it has generated so far. For those that it generates later, ` +
        'put a label into its template, and write spec.applications.selector instead of the names.',
    ),
    dispositions: found
      .filter(({ isKnown }) => !isKnown)
      .map(({ name, services }) => ({
        key: 'annotations',
        part: `${services[0]?.annotation} of the Applications of ${name}`,
        isTaken: false,
        isProblem: true,
        why:
          'none of these Applications is known, so no subscription names them. Add the output of kubectl get applications -A ' +
          '-o yaml by --file, or run adopt on the cluster.',
      })),
  };
}

/** The name of a service may be made from the parameters of the generator. */
const isVariable = (service: string): boolean => service.includes('{{');

function isGeneratedBy(
  { metadata }: SubscribableObject,
  set: string,
  namespace: string,
  home: string,
  services: readonly GeneratedService[],
): boolean {
  if ((metadata.namespace ?? home) !== namespace) return false;
  const owners = metadata.ownerReferences ?? [];
  if (owners.some(({ kind, name }) => kind === 'ApplicationSet' && name === set)) return true;
  return (
    owners.length === 0 &&
    services.some(({ annotation }) => own(metadata.annotations ?? {}, annotation) !== undefined)
  );
}
