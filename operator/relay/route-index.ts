import { objectKey } from '../api/names.ts';
import type { ApplicationRouteSpec, RelayRoute } from '../api/relay-route.ts';
import type { DescribedApplication } from '../core/resolve/criteria-match.ts';
import { ObjectMemo } from '../lib/memo.ts';
import {
  type ApplicationRoute,
  type GiteeRoute,
  isGiteeRoute,
  type LoadedRoute,
  type RouteReading,
  readRoute,
} from './read-route.ts';
import { indexByClues } from './route-clues.ts';

/** A route, and those of its events that a post can be about. */
export interface RouteCandidate {
  readonly route: ApplicationRoute;
  readonly events: ApplicationRouteSpec['events'];
}

/** All routes: by the events that Argo CD posts, and by the paths that Gitee posts to. */
export interface RouteIndex {
  readonly routes: readonly LoadedRoute[];
  /** Routes that cannot be read. */
  readonly problems: readonly { readonly object: RelayRoute; readonly problem: string }[];
  /** The routes that an event can be about for an Application: rather too many than too few. */
  candidates(event: string, application: DescribedApplication): readonly RouteCandidate[];
  /** The route of a subscription about a repository of Gitee. */
  gitee(namespace: string, subscription: string): GiteeRoute | undefined;
}

/** By the spec, which a status leaves as it is. */
const readings = new ObjectMemo<object, RouteReading>();

/** Indexes routes. Those that have not changed are not read again. */
export function indexRoutes(objects: readonly RelayRoute[]): RouteIndex {
  const routes: LoadedRoute[] = [];
  const problems: { readonly object: RelayRoute; readonly problem: string }[] = [];
  const applicationRoutes: ApplicationRoute[] = [];
  const ofGitee = new Map<string, GiteeRoute>();
  for (const object of objects) {
    const { name, uid, generation } = object.metadata;
    const reading = readings.get(Object(object.spec), [name, uid, generation], () => readRoute(object));
    if (!reading.ok) {
      problems.push({ object, problem: reading.problem });
      continue;
    }
    const { route } = reading;
    routes.push(route);
    if (isGiteeRoute(route)) {
      const { subscription } = route.spec;
      ofGitee.set(objectKey(subscription.namespace, subscription.name), route);
    } else applicationRoutes.push(route);
  }
  const byClues = indexByClues(applicationRoutes, ({ spec }) => spec);
  return {
    routes,
    problems,
    candidates: (event, application) =>
      byClues.find(application).flatMap((route) => {
        const events = route.spec.events.filter((each) => postedName(each) === event);
        return events.length > 0 && route.isAbout(application) ? [{ route, events }] : [];
      }),
    gitee: (namespace, subscription) => ofGitee.get(objectKey(namespace, subscription)),
  };
}

/** Events of the catalogue share the trigger that posts them; the others have one each. */
const postedName = ({ catalogueName, trigger }: ApplicationRouteSpec['events'][number]): string =>
  catalogueName ?? trigger;
