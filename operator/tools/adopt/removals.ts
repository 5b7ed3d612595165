import { destinationLines } from '../../argocd/destination-lines.ts';
import { withoutLegacyServices } from '../../argocd/subscribe-annotations.ts';
import { shellQuoted } from '../../lib/shell.ts';
import { type AnnotatedSubscriber, annotatedName } from './annotations.ts';
import { bySource, type SourceDeliveries } from './by-source.ts';
import type { FormerDelivery } from './deliveries.ts';
import type { ProjectGrant } from './teams.ts';

/** What people do about annotations once the switch is made: Argo CD logs an error for each as long as it is there. */
export interface AnnotationRemovals {
  /** Of kubectl, for a shell. */
  readonly commands: readonly string[];
  /** Edits that no command can make. */
  readonly edits: readonly string[];
}

/** Objects in one command. */
const MAX_OBJECTS = 20;

/** The removal of the annotations that custom resources replace, or that only name services that are gone. */
export function annotationRemovals(
  deliveries: readonly FormerDelivery[],
  isGone: (service: string) => boolean,
): AnnotationRemovals {
  const annotations = new Map<string, { subscriber: AnnotatedSubscriber; services: SourceDeliveries[] }>();
  for (const each of bySource(deliveries)) {
    if (each.source.kind !== 'annotation') continue;
    const { subscriber } = each.source;
    const key = JSON.stringify([annotatedName(subscriber.object), subscriber.annotation]);
    const known = annotations.get(key) ?? { subscriber, services: [] };
    known.services.push(each);
    annotations.set(key, known);
  }
  const changes = new Map<string, AnnotatedSubscriber['object'][]>();
  const edits: string[] = [];
  for (const { subscriber, services } of annotations.values()) {
    const idle = new Set(
      services.filter((each) => isSuperfluous(each, isGone)).map(({ service }) => service),
    );
    if (idle.size === 0) continue;
    const { annotation, object, form, value } = subscriber;
    const change = changeOf(subscriber, services.length === idle.size, idle);
    if (change !== undefined) changes.set(change, [...(changes.get(change) ?? []), object]);
    else if (form === 'list')
      edits.push(`${annotatedName(object)}, ${annotation}: remove ${listed(value, idle)}`);
  }
  return { commands: [...changes].flatMap(([change, objects]) => commandsFor(change, objects)), edits };
}

/** Whether nothing of a service in an annotation is sent by the former configuration any more. */
const isSuperfluous = (
  { service, deliveries }: SourceDeliveries,
  isGone: (service: string) => boolean,
): boolean => isGone(service) || deliveries.every(({ events }) => events !== undefined && events.length > 0);

function changeOf(
  { annotation, form, value }: AnnotatedSubscriber,
  isWhole: boolean,
  idle: ReadonlySet<string>,
): string | undefined {
  const left = form === 'legacy' ? withoutLegacyServices(value, (service) => idle.has(service)) : undefined;
  if (left !== undefined) return `--overwrite ${shellQuoted(`${annotation}=${left}`)}`;
  return isWhole ? shellQuoted(`${annotation}-`) : undefined;
}

function listed(value: string, idle: ReadonlySet<string>): string {
  const services = [...idle].join(' and ');
  const lines = destinationLines(value, (service) => idle.has(service)).join(' and ');
  return `${lines === '' ? '' : `${lines} of its value, `}the destination ${services}`;
}

function commandsFor(change: string, objects: readonly AnnotatedSubscriber['object'][]): string[] {
  const places = new Map<string, string[]>();
  for (const { kind, namespace, name } of objects) {
    const start = `kubectl annotate -n ${plainOrQuoted(namespace)} ${kind.toLowerCase()}`;
    places.set(start, [...(places.get(start) ?? []), plainOrQuoted(name)]);
  }
  return [...places].flatMap(([start, names]) => {
    const count = Math.ceil(names.length / MAX_OBJECTS);
    return Array.from({ length: count }, (_, index) => {
      const some = names.slice(index * MAX_OBJECTS, (index + 1) * MAX_OBJECTS);
      return `${start} ${some.join(' ')} ${change}`;
    });
  });
}

/** The command that gives a team access to an AppProject. */
export const grantCommand = ({ project, annotation, value, home }: ProjectGrant): string =>
  `kubectl annotate --overwrite -n ${plainOrQuoted(home)} appproject ${plainOrQuoted(project)} ${shellQuoted(`${annotation}=${value}`)}`;

const plainOrQuoted = (text: string): string =>
  /^[a-z0-9][a-z0-9.-]*$/.test(text) ? text : shellQuoted(text);
