import { expect, it } from 'vitest';
import type { ApplicationRouteSpec } from '../api/relay-route.ts';
import { connect } from '../kubernetes/connection.ts';
import { eventually } from '../lib/testing/eventually.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { RouteWatch } from './route-watch.ts';
import { RouteServer } from './testing/route-server.ts';
import { compiledRoute } from './testing/routes.ts';

it('routes are indexed again after a change of one, and not after a change of a status', async () => {
  await using api = await RouteServer.start();
  const route = api.put(compiledRoute());
  const connection = connect({ kubeconfig: api.kubeconfig, now: Date.now });
  const changed: (string | undefined)[] = [];
  const watch = new RouteWatch({
    ...{ connection, namespace: 'argocd', log: recordingLog(), random: () => 0 },
    clock: () => performance.now(),
    onChange: (name) => changed.push(name),
  });
  const { name } = route.metadata;
  const stored = () => watch.cache.get('argocd', name);
  watch.cache.start();
  try {
    await watch.synced;
    // A list and a watch.
    await eventually('the watch', () => api.requests.length === 2);
    expect(changed).toEqual([name, undefined]);
    const [before, { spec } = route] = [watch.index(), stored()];
    api.put({ ...structuredClone(route), status: { observedGeneration: 7 } });
    await eventually('the status', () => stored()?.status?.observedGeneration === 7);
    expect(changed).toEqual([name, undefined, name]);
    expect(watch.index()).toBe(before);
    // One spec in memory, and not two.
    expect(stored()?.spec).toBe(spec);
    const { uid } = route.metadata;
    for (const metadata of [
      { generation: 2, uid },
      { generation: 2, uid: 'another' },
    ]) {
      const known = watch.index();
      api.put({ ...route, metadata: { ...route.metadata, ...metadata } });
      await eventually(
        'the change',
        () =>
          stored()?.metadata.generation === metadata.generation && stored()?.metadata.uid === metadata.uid,
      );
      expect(watch.index()).not.toBe(known);
      expect(watch.routes()).toMatchObject([{ name, ...metadata }]);
    }
    const { scope } = route.spec as ApplicationRouteSpec;
    const open = !scope.open;
    api.put({ ...route, spec: { ...route.spec, scope: { ...scope, open } } as ApplicationRouteSpec });
    await eventually('the scope', () => watch.routes()[0]?.spec.scope?.open === open);
  } finally {
    await watch.cache.stop();
    await connection.close();
  }
});
