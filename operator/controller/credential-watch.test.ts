import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connection, connect } from '../kubernetes/connection.ts';
import { FakeApiServer, refuse } from '../kubernetes/testing/fake-api-server.ts';
import { FakeCollection } from '../kubernetes/testing/fake-collection.ts';
import { type TestKubeconfig, testKubeconfig } from '../kubernetes/testing/kubeconfig.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { CredentialWatch, type CredentialWatchOptions } from './credential-watch.ts';

/** By path. */
let collections: Map<string, FakeCollection>;
let server: FakeApiServer;
let kubeconfig: TestKubeconfig;
let connection: Connection;
let watch: CredentialWatch;
let told: string[];
let isForbidden: boolean;
let log: ReturnType<typeof recordingLog>;

beforeEach(async () => {
  collections = new Map();
  told = [];
  isForbidden = false;
  log = recordingLog();
  server = await FakeApiServer.start((request, response) => {
    if (isForbidden) refuse(response, 403, 'Forbidden');
    else at(request.path).handler(request, response);
  });
  kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true }, {});
  connection = connect({ kubeconfig: kubeconfig.path, requestTimeoutMs: 2_000 });
});

afterEach(async () => {
  await watch.stop();
  await connection.close();
  await server.close();
  await kubeconfig.remove();
});

function at(path: string): FakeCollection {
  const collection = collections.get(path) ?? new FakeCollection();
  collections.set(path, collection);
  return collection;
}

const inNamespace = (name: string): FakeCollection => at(`/api/v1/namespaces/${name}/secrets`);
const everywhere = (): FakeCollection => at('/api/v1/secrets');

function make(select: Partial<CredentialWatchOptions['select']>, maxNamespaces?: number): void {
  watch = new CredentialWatch({
    api: connection,
    select: { matchLabels: {}, namespaces: [], ...select },
    ...(maxNamespaces !== undefined && { maxNamespaces }),
    onChange: (namespace, name, version) => told.push(`${namespace}/${name} ${version ?? 'gone'}`),
    clock: () => performance.now(),
    random: () => 0.5,
    log,
  });
}

const soon = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 5_000, interval: 5 });
const watched = (): string[] => [...collections].flatMap(([path, { open }]) => (open.size > 0 ? [path] : []));
const follow = (...namespaces: string[]): void => watch.follow(new Set(namespaces));

describe('a watch of Secrets by their labels', () => {
  beforeEach(() => make({ matchLabels: { 'team.example/credentials': 'yes', other: '' } }));

  it('asks for their metadata alone, in all namespaces and in small pages', async () => {
    everywhere().put('a');
    follow('team');
    await soon(() => expect(watched()).toEqual(['/api/v1/secrets']));
    expect(
      server.requests.map(({ query, headers }) => [
        headers.accept,
        query.get('labelSelector'),
        query.get('limit'),
      ]),
    ).toEqual([
      [
        'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
        'team.example/credentials=yes,other=',
        '50',
      ],
      [
        'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
        'team.example/credentials=yes,other=',
        null,
      ],
    ]);
  });

  it('tells what is there, what changes and what goes', async () => {
    everywhere().put('a');
    follow('team');
    await soon(() => expect(watched()).toHaveLength(1));
    everywhere().put('b');
    // The values are not to be seen, and so a change is one of the version alone.
    everywhere().put('a');
    everywhere().remove('b');
    await soon(() => expect(told).toEqual(['ns/a 1', 'ns/b 2', 'ns/a 3', 'ns/b gone']));
  });

  it('is there while there are robots', async () => {
    follow();
    follow('team');
    await soon(() => expect(watched()).toHaveLength(1));
    follow('team', 'other');
    follow();
    await soon(() => expect(watched()).toEqual([]));
    expect(server.requests).toHaveLength(2);
  });

  it('names the right that is missing once, and goes on', async () => {
    isForbidden = true;
    follow('team');
    await soon(() => expect(server.requests.length).toBeGreaterThan(1));
    expect(watch.figure).toMatchObject([
      { name: 'credentials', synced: false, missingRight: 'cannot list secrets' },
    ]);
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { fields: { cache: 'credentials', right: 'cannot list secrets' } },
    ]);
    isForbidden = false;
    everywhere().put('a');
    await soon(() => expect(told).toEqual(['ns/a 1']));
    await soon(() => expect(watch.figure).toMatchObject([{ synced: true, missingRight: undefined }]));
  });
});

describe('a watch of Secrets by namespace', () => {
  beforeEach(() => make({ namespaces: ['team-*', 'one'] }));

  it('is one for each namespace that has robots and matches', async () => {
    follow('team-a', 'one', 'two');
    const [a, one, b] = ['team-a', 'one', 'team-b'].map((name) => `/api/v1/namespaces/${name}/secrets`);
    await soon(() => expect(watched().sort()).toEqual([one, a]));
    follow('team-a', 'team-b');
    await soon(() => expect(watched().sort()).toEqual([a, b]));
    // What goes on is not begun anew.
    expect(inNamespace('team-a').watches).toHaveLength(1);
    expect(server.requests.every(({ query }) => !query.has('labelSelector'))).toBe(true);
  });

  it('names the namespace in which a right is missing', async () => {
    isForbidden = true;
    follow('one');
    const missingRight = 'cannot list secrets in the namespace one';
    await soon(() => expect(watch.figure).toMatchObject([{ missingRight }]));
  });

  it('is counted with the others, also after its end', async () => {
    expect(watch.figure).toEqual([]);
    follow('one', 'team-a');
    await soon(() => expect(watched()).toHaveLength(2));
    follow('one');
    expect(watch.figure).toMatchObject([
      { synced: true, ageMs: expect.any(Number), lists: 2, failures: 0, missingRight: undefined },
    ]);
  });

  it('is not begun any more at the end', async () => {
    await watch.stop();
    follow('one');
    expect(server.requests).toEqual([]);
  });

  it('leaves out, with one line of log, namespaces beyond the limit until there is room', async () => {
    make({ namespaces: ['team-*', 'one'] }, 3);
    const many = ['team-1', 'team-2', 'team-3'];
    follow(...many);
    expect(log.lines).toEqual([]);
    follow('one', ...many);
    follow('one', ...many);
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        fields: { limit: 3, count: 1, namespaces: ['one'] },
        message: expect.stringContaining('too many namespaces'),
      },
    ]);
    await soon(() => expect(watched()).toHaveLength(3));
    expect(inNamespace('one').lists).toEqual([]);
    follow('one', ...many.slice(1));
    await soon(() => expect(inNamespace('one').open.size).toBe(1));
  });
});

it('without a selection asks for nothing', () => {
  make({});
  follow('team');
  expect(server.requests).toEqual([]);
});
