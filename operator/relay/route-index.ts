import type { ApplicationRouteSpec, RelayRoute } from '../api/relay-route.ts';
import type { DescribedApplication } from '../core/resolve/criteria-match.ts';
import { ObjectMemo } from '../lib/memo.ts';
import { type LoadedRoute, type RouteReading, readRoute } from './read-route.ts';
import { indexByClues } from './route-clues.ts';

/** A route, and those of its events that a post can be about. */
export interface RouteCandidate {
  readonly route: LoadedRoute;
  readonly events: ApplicationRouteSpec['events'];
}

/** All routes by the events that Argo CD posts. */
export interface RouteIndex {
  readonly routes: readonly LoadedRoute[];
  /** Routes that cannot be read. */
  readonly problems: readonly { readonly object: RelayRoute; readonly problem: string }[];
  /** The routes that an event can be about for an Application: rather too many than too few. */
  candidates(event: string, application: DescribedApplication): readonly RouteCandidate[];
}

/** By the spec, which a status leaves as it is. */
const readings = new ObjectMemo<object, RouteReading>();

/** Indexes routes. Those that have not changed are not read again. */
export function indexRoutes(objects: readonly RelayRoute[]): RouteIndex {
  const routes: LoadedRoute[] = [];
  const problems: { readonly object: RelayRoute; readonly problem: string }[] = [];
  for (const object of objects) {
    const { name, uid, generation } = object.metadata;
    const reading = readings.get(Object(object.spec), [name, uid, generation], () => readRoute(object));
    if (!reading.ok) {
      problems.push({ object, problem: reading.problem });
      continue;
    }
    routes.push(reading.route);
  }
  const byClues = indexByClues(routes, ({ spec }) => spec);
  return {
    routes,
    problems,
    candidates: (event, application) =>
      byClues.find(application).flatMap((route) => {
        const events = route.spec.events.filter((each) => postedName(each) === event);
        return events.length > 0 && route.isAbout(application) ? [{ route, events }] : [];
      }),
  };
}

/** Events of the catalogue share the trigger that posts them; the others have one each. */
const postedName = ({ catalogueName, trigger }: ApplicationRouteSpec['events'][number]): string =>
  catalogueName ?? trigger;
