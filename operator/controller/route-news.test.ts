import { beforeEach, expect, it } from 'vitest';
import type { RelayedAnswer, RelayRoute } from '../api/relay-route.ts';
import { RouteNews } from './route-news.ts';

let news: RouteNews;
beforeEach(() => {
  news = new RouteNews();
});

const answer = (at: string, reason = 'ok', name = 'payments'): RelayedAnswer => ({
  ...{ namespace: 'team', name, reason },
  at: `2026-11-23T08:00:${at}Z`,
});
const route = (
  fields: { name?: string; generation?: number; loaded?: number } = {},
  ...robots: RelayedAnswer[]
) => {
  const { name = 'team.a', generation = 1, loaded = 1 } = fields;
  const metadata = { name, namespace: 'argocd', uid: `uid-${name}`, generation };
  return { metadata, status: { observedGeneration: loaded, robots } } as unknown as RelayRoute;
};
const isNews = (object: RelayRoute, type: 'added' | 'modified' | 'deleted' = 'modified') =>
  news.isNews({ type, object });

it('a route is news when it comes, changes, is loaded, or goes', () => {
  expect(news.isNews({ type: 'synced' })).toBe(true);
  expect(isNews(route({ loaded: 0 }), 'added')).toBe(true);
  expect(isNews(route({ loaded: 0 }))).toBe(false);
  expect(isNews(route({ loaded: 1 }))).toBe(true);
  expect(isNews(route({ generation: 2 }))).toBe(true);
  expect(isNews(route({ generation: 2 }))).toBe(false);
  expect(isNews(route({ generation: 2 }), 'deleted')).toBe(true);
  expect(isNews(route({ generation: 2 }), 'added')).toBe(true);
});

it('an answer is news if it says something else than the robot’s last one, and not by its time alone', () => {
  isNews(route(), 'added');
  expect(isNews(route({}, answer('01')))).toBe(true);
  expect(isNews(route({}, answer('02')))).toBe(false);
  expect(isNews(route({}, answer('03', 'Throttled')))).toBe(true);
  expect(isNews(route({}, answer('04', 'Throttled')))).toBe(false);
  expect(isNews(route({}, answer('04', 'Throttled'), answer('04', 'ok', 'other')))).toBe(true);
});

it('the last answer of a robot counts, whichever of its routes has it', () => {
  const [a, b] = [{ name: 'team.a' }, { name: 'team.b' }];
  isNews(route(a, answer('01', 'Throttled')), 'added');
  isNews(route(b, answer('02')), 'added');
  // Of two routes, the one with the older answer is reported later.
  expect(isNews(route(a, answer('01', 'Throttled')))).toBe(false);
  expect(isNews(route(a, answer('03', 'Throttled')))).toBe(true);
  expect(isNews(route(b, answer('03', 'Throttled')))).toBe(false);
  isNews(route(a, answer('03', 'Throttled')), 'deleted');
  expect(isNews(route(b, answer('04', 'Throttled')))).toBe(true);
});
