import { triggerKey } from '../../argocd/names.ts';
import { areDisjoint, complement, parseSelector } from '../../argocd/selector.ts';
import { type FormerDelivery, isTaken } from './deliveries.ts';
import { covers, type FindApplication, type SubscriberScope } from './scope.ts';
import type { TranslatedEvent } from './translate.ts';

/** The Applications of a subscription. No two subscriptions of one event and service cover the same Application. */
export type Coverage =
  | { readonly kind: 'all' }
  | { readonly kind: 'selector'; readonly selector: string }
  /** Applications of AppProjects, and only those with these labels if there is a selector. */
  | { readonly kind: 'projects'; readonly projects: readonly string[]; readonly selector?: string }
  | { readonly kind: 'applications'; readonly namespace: string; readonly names: readonly string[] };

/** The events that one service is sent about some Applications. */
export interface CoveredEvents {
  readonly coverage: Coverage;
  readonly events: readonly TranslatedEvent[];
}

/** The events of each service, and the overlaps that no selector can express. */
export interface Coverages {
  readonly byService: ReadonlyMap<string, readonly CoveredEvents[]>;
  readonly notes: readonly string[];
}

/**
 * Divides the Applications of each service among subscriptions. The engine sends one event once to each service, however many
 * entries and annotations subscribe to it, but two subscriptions send it twice.
 */
export function coveragesOf(deliveries: readonly FormerDelivery[], find: FindApplication): Coverages {
  const byService = new Map<string, Map<string, { event: TranslatedEvent; scopes: SubscriberScope[] }>>();
  for (const { service, scope, events = [] } of deliveries.filter(isTaken)) {
    const known =
      byService.get(service) ?? new Map<string, { event: TranslatedEvent; scopes: SubscriberScope[] }>();
    for (const event of events) {
      const key = `${event.trigger}[${event.index}]`;
      const same = known.get(key);
      if (same) same.scopes.push(scope);
      else known.set(key, { event, scopes: [scope] });
    }
    byService.set(service, known);
  }
  const notes = new Set<string>();
  const found = [...byService].map(([service, known]): [string, CoveredEvents[]] => {
    const pieces = new Map<string, { piece: Coverage; events: TranslatedEvent[] }>();
    for (const { event, scopes } of known.values()) {
      const { parts, overlaps } = divided(scopes, find);
      if (overlaps.length > 0) notes.add(twice(event.trigger, service, overlaps));
      for (const piece of parts) {
        const key = JSON.stringify(piece);
        const same = pieces.get(key);
        if (same) same.events.push(event);
        else pieces.set(key, { piece, events: [event] });
      }
    }
    return [service, gathered([...pieces.values()])];
  });
  return { byService: new Map(found), notes: [...notes] };
}

const twice = (trigger: string, service: string, selectors: readonly string[]): string =>
  `${triggerKey(trigger)}, ${service}: Argo CD will notify twice about an Application that meets more than one of these ` +
  `selectors: ${selectors.join('; ')}`;

/** The scopes without their overlaps: one for all covers everything, and what one covers is taken out of the others. */
function divided(
  scopes: readonly SubscriberScope[],
  find: FindApplication,
): { readonly parts: readonly Coverage[]; readonly overlaps: readonly string[] } {
  if (scopes.some(({ kind }) => kind === 'all')) return { parts: [{ kind: 'all' }], overlaps: [] };
  const selectors = [...new Set(scopes.flatMap((each) => (each.kind === 'selector' ? [each.selector] : [])))];
  const overlaps = new Set<string>();
  const without = (
    selector: string | undefined,
    others: readonly string[],
  ): readonly (string | undefined)[] => {
    const found = difference(selector, others);
    if (found) return found;
    for (const each of [...others, ...(selector === undefined ? [] : [selector])]) overlaps.add(each);
    return [selector];
  };
  const selected = selectors.flatMap((selector, index) =>
    without(selector, selectors.slice(0, index)).map(
      (each) => ({ kind: 'selector', selector: each ?? '' }) as const,
    ),
  );
  const projects = scopes.flatMap((each) => (each.kind === 'project' ? [each.project] : []));
  const rest = projects.length === 0 ? [] : without(undefined, selectors);
  const ofProjects = [...new Set(projects)].flatMap((project) =>
    rest.map(
      (selector): Coverage => ({ kind: 'projects', projects: [project], ...(selector && { selector }) }),
    ),
  );
  const wide = scopes.filter(({ kind }) => kind !== 'application');
  const single = scopes.flatMap((scope): Coverage[] => {
    const application = find(scope);
    if (scope.kind !== 'application' || wide.some((each) => application && covers(each, application)))
      return [];
    return [{ kind: 'applications', namespace: scope.namespace, names: [scope.name] }];
  });
  const unique = new Map([...selected, ...ofProjects, ...single].map((each) => [JSON.stringify(each), each]));
  return { parts: [...unique.values()], overlaps: [...overlaps] };
}

const MAX_PIECES = 8;

/** Selectors that are met by what meets the first one and none of the others; undefined if that takes too many. */
function difference(
  selector: string | undefined,
  others: readonly string[],
): readonly (string | undefined)[] | undefined {
  let pieces: readonly (string | undefined)[] = [selector];
  for (const other of others) {
    const rest = complement(other);
    const next = pieces.flatMap((piece) => {
      if (piece !== undefined && areDisjoint(piece, other)) return [piece];
      return (rest ?? []).flatMap((each) => {
        if (piece === undefined) return [each];
        return areDisjoint(piece, each) ? [] : [`${piece},${each}`];
      });
    });
    const needed = pieces.some((piece) => piece === undefined || !areDisjoint(piece, other));
    if ((needed && !rest) || next.length > MAX_PIECES) return undefined;
    pieces = next;
  }
  return pieces.every((each) => each === undefined || parseSelector(each)) ? pieces : undefined;
}

interface Piece {
  readonly piece: Coverage;
  readonly events: readonly TranslatedEvent[];
}

/** Single Applications of a namespace, and AppProjects, with the same events go together. */
function gathered(pieces: readonly Piece[]): CoveredEvents[] {
  const groups = new Map<string, CoveredEvents>();
  for (const { piece, events: given } of pieces) {
    const isSingle = piece.kind === 'applications' || piece.kind === 'projects';
    // Annotations have no order.
    const events = isSingle ? [...given].sort(byTrigger) : given;
    const common =
      piece.kind === 'applications' ? piece.namespace : piece.kind === 'projects' ? piece.selector : piece;
    const key = JSON.stringify([piece.kind, common, events]);
    const known = groups.get(key)?.coverage;
    groups.set(key, { coverage: known ? joined(known, piece) : piece, events });
  }
  return [...groups.values()];
}

const byTrigger = (a: TranslatedEvent, b: TranslatedEvent): number =>
  a.trigger === b.trigger ? a.index - b.index : a.trigger < b.trigger ? -1 : 1;

function joined(a: Coverage, b: Coverage): Coverage {
  if (a.kind === 'applications' && b.kind === 'applications')
    return { ...a, names: [...a.names, ...b.names].sort() };
  if (a.kind === 'projects' && b.kind === 'projects')
    return { ...a, projects: [...a.projects, ...b.projects].sort() };
  return a;
}
