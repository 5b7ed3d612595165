import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serviceKey } from '../../argocd/names.ts';
import { readRoutes } from '../../cluster/cluster-reader.ts';
import { readTarget } from '../../cluster/target-reader.ts';
import { StoredRoutes } from '../../cluster/testing/stored-routes.ts';
import { storedTarget, targetPaths } from '../../controller/testing/stored-target.ts';
import { config, liveObject, NAMESPACE, settled, snapshot, team } from '../../core/testing/fixtures.ts';
import { ConflictError } from '../../kubernetes/api-error.ts';
import { type Connection, connect } from '../../kubernetes/connection.ts';
import type { DataObject } from '../../kubernetes/objects.ts';
import { FakeApiServer } from '../../kubernetes/testing/fake-api-server.ts';
import {
  changed,
  type FakeObjects,
  fakeObjects,
  managedFields,
} from '../../kubernetes/testing/fake-objects.ts';
import { type TestKubeconfig, testKubeconfig } from '../../kubernetes/testing/kubeconfig.ts';
import { removeOurPart, type Uninstalled } from './uninstaller.ts';

const { target } = config();
const { configMap: CONFIG_MAP, secret: SECRET } = targetPaths(target);
const SERVICE = `dt_${NAMESPACE}_payments`;
const FOREIGN = { 'service.slack': 'token: $slack', subscriptions: '- recipients: [slack:x] # theirs\n' };

let fake: FakeObjects;
let stored: StoredRoutes;
let server: FakeApiServer;
let kubeconfig: TestKubeconfig;
let connection: Connection;

beforeEach(async () => {
  const before = { configMap: liveObject(FOREIGN), secret: liveObject({ slack: 'xoxb' }) };
  fake = fakeObjects(storedTarget(settled(snapshot({ ...team(), target: before })).target, target));
  stored = new StoredRoutes(target.namespace);
  server = await FakeApiServer.start(stored.before(fake.handler));
  kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
  connection = connect({ kubeconfig: kubeconfig.path });
});

afterEach(async () => {
  await connection.close();
  await server.close();
  await kubeconfig.remove();
});

const dataOf = (path: string) => fake.objects.get(path)?.data ?? {};
const change = (path: string, data: Readonly<Record<string, string>>, managed?: never[]) => {
  const object = fake.objects.get(path) as DataObject;
  fake.objects.set(path, changed(object, { ...object.data, ...data }, managed));
};
const bookkeeping = { pauses: [] as number[], attempts: 0 };
beforeEach(() => Object.assign(bookkeeping, { pauses: [], attempts: 0 }));

/** @param whilePaused what somebody else does in that time */
async function run(whilePaused: (ms: number) => void = () => undefined): Promise<Uninstalled> {
  const { request } = connection;
  return removeOurPart(await readTarget(request, target), {
    request,
    target,
    routes: await readRoutes(request, target.namespace),
    pause: async (ms) => {
      bookkeeping.pauses.push(ms);
      whilePaused(ms);
    },
    onAttempt: () => {
      bookkeeping.attempts += 1;
    },
    onSettle: () => undefined,
  });
}

describe('uninstalling', () => {
  it('leaves what others have, and looks once more', async () => {
    const { removed, cameBack } = await run();
    expect([dataOf(CONFIG_MAP), Object.keys(dataOf(SECRET))]).toEqual([FOREIGN, ['slack']]);
    expect(removed).toMatchObject({ secret: [SERVICE], entries: 1 });
    expect(removed.configMap).toContain(serviceKey(SERVICE));
    expect(cameBack).toBeUndefined();
    expect(bookkeeping).toEqual({ pauses: [5_000], attempts: 1 });
  });

  it('writes nothing where nothing is left', async () => {
    await run();
    const sent = server.requests.length;
    expect((await run()).removed).toMatchObject({ configMap: [], secret: [], entries: 0 });
    expect(server.requests.slice(sent).map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
  });

  it('removes what somebody else has come to own together with us', async () => {
    for (const path of [CONFIG_MAP, SECRET]) {
      const object = fake.objects.get(path) as DataObject;
      const managed = [
        ...(object.metadata.managedFields ?? []),
        managedFields('backup', Object.keys(object.data ?? {})),
      ];
      fake.objects.set(path, changed(object, object.data ?? {}, managed));
    }
    await run();
    expect([dataOf(CONFIG_MAP), Object.keys(dataOf(SECRET))]).toEqual([FOREIGN, ['slack']]);
  });

  it('takes what others write meanwhile into account', async () => {
    let isFirst = true;
    fake.beforeWrite = () => {
      if (isFirst) change(CONFIG_MAP, { 'service.teams': 'new', context: 'a: b' });
      isFirst = false;
    };
    const { cameBack } = await run();
    expect(dataOf(CONFIG_MAP)).toEqual({ ...FOREIGN, 'service.teams': 'new', context: 'a: b' });
    expect(bookkeeping).toMatchObject({ attempts: 2 });
    expect(cameBack).toBeUndefined();
  });

  it('forgets no URL in the Secret whose service is gone already when it has to begin again', async () => {
    // Restored from a backup: no longer ours by the books.
    change(SECRET, {}, []);
    let isFirst = true;
    fake.beforeWrite = (path) => {
      if (path !== SECRET || !isFirst) return;
      change(SECRET, { other: 'bmV3' }, []);
      isFirst = false;
    };
    const { removed } = await run();
    expect(Object.keys(dataOf(SECRET))).toEqual(['slack', 'other']);
    expect(removed.secret).toEqual([SERVICE]);
    expect(removed.configMap).toContain(serviceKey(SERVICE));
  });

  it('tells what came back', async () => {
    const { [serviceKey(SERVICE)]: service = '' } = dataOf(CONFIG_MAP);
    const { cameBack } = await run((ms) => {
      if (ms === 5_000) change(CONFIG_MAP, { [serviceKey(SERVICE)]: service });
    });
    expect(cameBack).toMatchObject({ configMap: [serviceKey(SERVICE)], secret: [], entries: 0 });
  });

  it('deletes the RelayRoutes, after the keys by which Argo CD posts for them', async () => {
    stored.add({ namespace: 'b', name: 'two' });
    stored.add({ namespace: 'a', name: 'one' });
    const { routes, cameBack } = await run();
    expect(stored.routes.size).toBe(0);
    expect({ ...routes, keys: cameBack }).toEqual({
      removed: ['a.one', 'b.two'],
      cameBack: [],
      keys: undefined,
    });
    const writes = server.requests.filter(({ method }) => method !== 'GET').map(({ path }) => path);
    expect(writes.slice(-2).every((path) => path.startsWith(`${stored.path}/`))).toBe(true);
    expect(writes.indexOf(CONFIG_MAP)).toBeLessThan(writes.length - 2);
  });

  it('deletes RelayRoutes where nothing else is left, and tells those that came back', async () => {
    await run();
    stored.add({ namespace: 'a', name: 'one' });
    const { routes } = await run((ms) => {
      if (ms === 5_000) stored.add({ namespace: 'a', name: 'one' });
    });
    expect(routes).toEqual({ removed: ['a.one'], cameBack: ['a.one'] });
  });

  it('gives up on somebody who never stops writing', async () => {
    fake.beforeWrite = (path) => change(path, {});
    await expect(run()).rejects.toThrow(ConflictError);
    expect(bookkeeping.attempts).toBe(10);
  });
});
