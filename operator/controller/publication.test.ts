import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { INSTALLATION, INSTALLATION_KEYS } from '../api/installation.ts';
import { OPERATOR_VERSION } from '../api/version.ts';
import { readPublished } from '../config/published.ts';
import { config } from '../core/testing/fixtures.ts';
import { connect } from '../kubernetes/connection.ts';
import type { DataObject } from '../kubernetes/objects.ts';
import { FakeApiServer, type Handler, refuse } from '../kubernetes/testing/fake-api-server.ts';
import { fakeObjects } from '../kubernetes/testing/fake-objects.ts';
import { testKubeconfig } from '../kubernetes/testing/kubeconfig.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { publishInstallation } from './publication.ts';

const pathOf = (name: string) => `/api/v1/namespaces/argocd/configmaps/${name}`;
const PATHS = [INSTALLATION.everybody, INSTALLATION.admins].map(pathOf);

/** As the manifests bring it. */
const empty = (name: string): DataObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'argocd', uid: name, resourceVersion: '1' },
});

/** An API server with the two ConfigMaps, and the operator's process before it. */
async function stage() {
  const objects = new Map(
    [INSTALLATION.everybody, INSTALLATION.admins].map((name) => [pathOf(name), empty(name)]),
  );
  const fake = fakeObjects(objects);
  let handler: Handler = fake.handler;
  const server = await FakeApiServer.start((request, response) => handler(request, response));
  const kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
  const connection = connect({ kubeconfig: kubeconfig.path });
  const log = recordingLog();
  const pauses: number[] = [];
  return {
    fake,
    log,
    pauses,
    server,
    answerBy: (next: Handler) => {
      handler = next;
    },
    data: (name: string) => objects.get(pathOf(name))?.data ?? {},
    writes: () => server.requests.filter(({ method }) => method !== 'GET'),
    publish: (now: string, wanted = config(), signal = new AbortController().signal) =>
      publishInstallation(
        {
          request: connection.request,
          config: wanted,
          now: () => new Date(now),
          pause: async (ms) => {
            pauses.push(ms);
            await setImmediate();
          },
          log,
        },
        signal,
      ),
    [Symbol.asyncDispose]: async () => {
      await connection.close();
      await server.close();
      await kubeconfig.remove();
    },
  };
}

it('writes both parts, which a command can read again', async () => {
  await using at = await stage();
  await at.publish('2026-11-23T08:00:00.5Z');
  const [everybody, admins] = [at.data(INSTALLATION.everybody), at.data(INSTALLATION.admins)];
  expect(everybody).toMatchObject({ version: OPERATOR_VERSION, updatedAt: '2026-11-23T08:00:00Z' });
  expect(everybody.tested).toMatch(/^argocd: 3\.\d+\.\d+$/m);
  expect(Object.keys(admins).sort()).toEqual(['configuration.yaml', 'updatedAt']);
  const { configuration } = INSTALLATION_KEYS;
  const again = readPublished(everybody[configuration] ?? '', admins[configuration]);
  expect(again.config.tenancy).toEqual(config().tenancy);
  expect(
    at
      .writes()
      .map(({ path, query }) => [path, `${query}`])
      .toSorted(),
  ).toEqual(PATHS.map((path) => [path, 'fieldManager=argocd-dingtalk-installation&force=true']));
});

it('writes nothing again, and only the part that has changed', async () => {
  await using at = await stage();
  await at.publish('2026-11-23T08:00:00Z');
  const before = at.writes().length;
  await at.publish('2026-11-24T08:00:00Z');
  expect(at.writes().length).toBe(before);
  expect(at.data(INSTALLATION.everybody).updatedAt).toBe('2026-11-23T08:00:00Z');
  await at.publish('2026-11-25T08:00:00Z', config({ tenancy: { projects: { other: ['team'] } } }));
  expect(
    at
      .writes()
      .slice(before)
      .map(({ path }) => path),
  ).toEqual([pathOf(INSTALLATION.admins)]);
  expect(at.data(INSTALLATION.admins).updatedAt).toBe('2026-11-25T08:00:00Z');
});

it('leaves the keys of others alone, and corrects its own', async () => {
  await using at = await stage();
  const [path = ''] = PATHS;
  at.fake.objects.set(path, { ...empty(INSTALLATION.everybody), data: { theirs: 'x', version: '0.0.0' } });
  await at.publish('2026-11-23T08:00:00Z');
  expect(at.data(INSTALLATION.everybody)).toMatchObject({ theirs: 'x', version: OPERATOR_VERSION });
});

it('decides again when another writer was faster', async () => {
  await using at = await stage();
  let conflicts = 2;
  at.fake.beforeWrite = (path) => {
    const object = at.fake.objects.get(path);
    if (object && conflicts-- > 0)
      at.fake.objects.set(path, {
        ...object,
        metadata: { ...object.metadata, resourceVersion: `${conflicts + 9}` },
      });
  };
  await at.publish('2026-11-23T08:00:00Z');
  expect(at.data(INSTALLATION.everybody).version).toBe(OPERATOR_VERSION);
  expect(at.data(INSTALLATION.admins).updatedAt).toBe('2026-11-23T08:00:00Z');
  expect(at.log.lines.every(({ level }) => level === 'info')).toBe(true);
});

it.each<[string, Handler, string]>([
  [
    'older manifests have no such ConfigMaps',
    (_, response) => refuse(response, 404, 'NotFound'),
    'is missing',
  ],
  ['a right is missing', (_, response) => refuse(response, 403, 'Forbidden'), 'cannot publish'],
])('says it once if %s', async (_, handler, message) => {
  await using at = await stage();
  at.answerBy(handler);
  await at.publish('2026-11-23T08:00:00Z');
  expect(at.log.lines).toEqual(
    [0, 1].map(() => expect.objectContaining({ level: 'warn', message: expect.stringContaining(message) })),
  );
  expect({ pauses: at.pauses, requests: at.server.requests.length }).toEqual({ pauses: [], requests: 2 });
});

it('tries again for a while, and never rejects', async () => {
  await using at = await stage();
  at.answerBy((_, response) => refuse(response, 500, 'InternalError'));
  await at.publish('2026-11-23T08:00:00Z');
  expect(at.pauses.slice(0, 4)).toEqual([500, 500, 1_000, 1_000]);
  expect(at.log.lines.map(({ message }) => message)).toEqual(
    Array(2).fill('cannot publish the configuration'),
  );
});

it('ends when this process does not lead any more', async () => {
  await using at = await stage();
  const end = new AbortController();
  at.answerBy((_, response) => {
    end.abort();
    refuse(response, 500, 'InternalError');
  });
  await at.publish('2026-11-23T08:00:00Z', config(), end.signal);
  expect(at.log.lines).toEqual([]);
  expect(at.pauses).toEqual([]);
});
