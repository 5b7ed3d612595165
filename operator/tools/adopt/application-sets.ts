import { type GeneratedService, generatedServices } from '../../argocd/generated-annotations.ts';
import { own } from '../../lib/own.ts';
import type { SubscribableObject } from './annotations.ts';
import { type FormerDelivery, isTaken } from './deliveries.ts';
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

/** What becomes of the services that templates name. */
export interface ServiceFacts {
  readonly isRobot: (service: string) => boolean;
  readonly isGone: (service: string) => boolean;
  readonly deliveries: readonly FormerDelivery[];
}

/**
 * Finds the ApplicationSets that subscribe Applications to robots. An annotation for which Argo CD still sends something after the
 * switch is not to be removed.
 * @param home Argo CD's namespace
 */
export function generatedSubscribers(
  sets: readonly SubscribingSet[],
  applications: readonly SubscribableObject[],
  home: string,
  facts: ServiceFacts,
): GeneratedSubscribers {
  const found = sets.flatMap((set) => {
    const all = generatedServices(set.spec);
    const services = all.filter(({ service }) => facts.isRobot(service) || isVariable(service));
    if (services.length === 0) return [];
    const { namespace = home, name } = set.metadata;
    const isKnown = applications.some((each) => isGeneratedBy(each, name, namespace, home, services));
    const idle = isKnown ? services.filter((each) => isIdle(each, facts)) : [];
    return [{ name: `ApplicationSet ${namespace}/${name}`, all, services, idle, isKnown }];
  });
  return {
    edits: found.flatMap(({ name, all, idle }) => [
      ...new Set(idle.map((each) => `${name}, ${each.path}: remove ${removable(each, all, idle)}`)),
    ]),
    notes: found
      .filter(({ idle }) => idle.length > 0)
      .map(
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

/** Whether Argo CD sends nothing for it after the switch. */
function isIdle(
  { annotation, service }: GeneratedService,
  { isRobot, isGone, deliveries }: ServiceFacts,
): boolean {
  if (isGone(service)) return true;
  const own = deliveries.filter(
    (each) =>
      each.source.kind === 'annotation' &&
      (isVariable(service)
        ? isRobot(each.service)
        : each.service === service && each.source.subscriber.annotation === annotation),
  );
  return own.some(isTaken) && own.every(({ events }) => events !== undefined);
}

/** The annotation, or its destination if others of it are still sent to. */
function removable(
  { path, annotation, service }: GeneratedService,
  all: readonly GeneratedService[],
  idle: readonly GeneratedService[],
): string {
  const isNeeded = all.some(
    (each) => each.path === path && each.annotation === annotation && !idle.includes(each),
  );
  return isNeeded ? `the destination ${service} of ${annotation}` : annotation;
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
