import type { Coverage, CoveredEvents } from './coverage.ts';
import type { Teams } from './teams.ts';

/** The events of each service, by the namespace of the resources that send them. */
export type PlacedEvents = ReadonlyMap<string, ReadonlyMap<string, readonly CoveredEvents[]>>;

/**
 * Gives single Applications and AppProjects to the namespaces of their teams.
 * @param central the namespace of everything that is about several teams, or about nobody's Applications
 */
export function placedEvents(
  byService: ReadonlyMap<string, readonly CoveredEvents[]>,
  central: string,
  namespaceOf: Teams['namespaceOf'],
): PlacedEvents {
  const found = new Map<string, Map<string, CoveredEvents[]>>([[central, new Map()]]);
  for (const [service, covered] of byService) {
    for (const { coverage, events } of covered) {
      for (const [namespace, part] of partsByNamespace(coverage, central, namespaceOf)) {
        const services = found.get(namespace) ?? new Map<string, CoveredEvents[]>();
        services.set(service, [...(services.get(service) ?? []), { coverage: part, events }]);
        found.set(namespace, services);
      }
    }
  }
  return new Map([...found].sort(([a], [b]) => (a === central ? -1 : b === central ? 1 : a < b ? -1 : 1)));
}

function partsByNamespace(
  coverage: Coverage,
  central: string,
  namespaceOf: Teams['namespaceOf'],
): ReadonlyMap<string, Coverage> {
  if (coverage.kind === 'projects') {
    const { projects } = coverage;
    const place = (project: string) => namespaceOf({ kind: 'project', project }) ?? central;
    return mapped(grouped(projects, place), (some) => ({ ...coverage, projects: some }));
  }
  if (coverage.kind === 'applications') {
    const { names, namespace } = coverage;
    const place = (name: string) => namespaceOf({ kind: 'application', namespace, name }) ?? central;
    return mapped(grouped(names, place), (some) => ({ ...coverage, names: some }));
  }
  return new Map([[central, coverage]]);
}

function grouped(names: readonly string[], placeOf: (name: string) => string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of names) {
    const place = placeOf(name);
    const known = found.get(place);
    if (known) known.push(name);
    else found.set(place, [name]);
  }
  return found;
}

const mapped = <T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): Map<string, U> =>
  new Map([...map].map(([key, value]) => [key, change(value)]));
