import type { ApplicationRouteSpec } from '../api/relay-route.ts';
import { findTrigger } from '../message/catalogue/catalogue.ts';

type RoutedEvent = ApplicationRouteSpec['events'][number];

/** The events of a route that an event of it follows. */
export function leadersOf(
  { catalogueName }: RoutedEvent,
  { events }: ApplicationRouteSpec,
): readonly RoutedEvent[] {
  const followed = catalogueName === undefined ? undefined : findTrigger(catalogueName)?.follows;
  return followed === undefined ? [] : events.filter((other) => other.catalogueName === followed);
}

/** Whether an event of a route is followed by another one of it. Its trigger then stays true until the other one is sent. */
export const isFollowed = ({ catalogueName }: RoutedEvent, { events }: ApplicationRouteSpec): boolean =>
  catalogueName !== undefined &&
  events.some(
    (other) =>
      other.catalogueName !== undefined && findTrigger(other.catalogueName)?.follows === catalogueName,
  );
