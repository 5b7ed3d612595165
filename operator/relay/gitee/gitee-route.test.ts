import { describe, expect, it } from 'vitest';
import type { RelayRoute } from '../../api/relay-route.ts';
import { readRoute } from '../read-route.ts';
import { indexRoutes } from '../route-index.ts';
import { compiledRoute } from '../testing/routes.ts';
import { giteeRoute } from './testing/gitee-posts.ts';

const read = (spec: object) => readRoute({ ...giteeRoute(), spec: spec as RelayRoute['spec'] });
const { spec } = giteeRoute({ gitee: { branches: ['main'], tags: ['v*'] } });

describe('a route of a subscription to Gitee', () => {
  it('is read with its filters', () => {
    expect(read(spec)).toMatchObject({ ok: true, route: { spec } });
  });

  it.each<[string, object, string]>([
    ['that is about Applications, too', { ...spec, scope: compiledRoute().spec.scope }, 'spec.scope'],
    ['without a repository', { ...spec, gitee: { baseUrl: 'https://gitee.com' } }, 'spec.gitee.repository'],
    ['without a template', { ...spec, configMap: {} }, 'spec.configMap'],
    [
      'with an event that has no templates',
      { ...spec, events: [{ ...spec.events[0], templates: undefined }] },
      'spec.events.0.templates',
    ],
    ['of nothing', { ...spec, gitee: null }, 'spec.gitee'],
    ['that is neither', { ...spec, gitee: undefined }, 'spec.scope'],
  ])('%s cannot be read', (_, given, field) => {
    expect(read(given)).toMatchObject({ ok: false, problem: expect.stringContaining(`${field}: `) });
  });

  it('is found by its path and by no other, and a route about Applications is not', () => {
    const about = compiledRoute();
    const index = indexRoutes([giteeRoute(), giteeRoute({ namespace: 'team-other' }), about]);
    const { namespace, name } = about.spec.subscription;
    expect(index.gitee('team-shop', 'shop')?.spec.subscription.namespace).toBe('team-shop');
    expect(index.gitee('team-other', 'shop')?.spec.subscription.namespace).toBe('team-other');
    for (const [one, other] of [
      ['team-shop', 'other'],
      ['team-shop/shop', ''],
      ['constructor', 'x'],
      [namespace, name],
    ] as const)
      expect(index.gitee(one, other)).toBeUndefined();
    expect([index.routes.length, index.problems]).toEqual([3, []]);
  });
});
