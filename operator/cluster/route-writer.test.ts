import { beforeEach, describe, expect, it } from 'vitest';
import { API_VERSION } from '../api/kinds.ts';
import { RELAY_ROUTE, type RelayRoute, type RelayRouteSpec } from '../api/relay-route.ts';
import {
  ApiError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  RequestError,
} from '../kubernetes/api-error.ts';
import { NotLeadingError } from '../kubernetes/fence.ts';
import type { ApiCall, ApiRequest } from '../kubernetes/request.ts';
import { isPassing, RouteTooLargeError, RouteWriter } from './route-writer.ts';

const COLLECTION = '/apis/argocd-dingtalk.io/v1alpha1/namespaces/argocd/relayroutes';
const NAMES = Array.from({ length: 100 }, (_, index) => `team.s${index}`);
const spec = (text = 'condition'): RelayRouteSpec => ({
  subscription: { namespace: 'team', name: 'payments', uid: 'u', generation: 1 },
  scope: { open: false, projects: [], applications: { all: true } },
  configMap: { 'trigger.dt_team_payments_a': text },
  events: [],
  robots: [],
});

/** The routes of the API server, by path, and of the cache, by name. */
let stored: Map<string, RelayRoute>;
let cached: Map<string, RelayRoute>;
let requests: ApiRequest[];
/** What happens before each write is handled; may throw the answer. */
let beforeWrite: (request: ApiRequest) => void | Promise<void>;
beforeEach(() => {
  stored = new Map();
  cached = new Map();
  requests = [];
  beforeWrite = () => undefined;
});

function put(name: string, of = spec(), changes: Partial<RelayRoute['metadata']> = {}): RelayRoute {
  const path = `${COLLECTION}/${name}`;
  const before = stored.get(path)?.metadata;
  const metadata = {
    ...{ namespace: 'argocd', name, uid: before?.uid ?? `uid-${name}`, creationTimestamp: '', generation: 1 },
    ...{ resourceVersion: `${Number(before?.resourceVersion ?? 0) + 1}`, ...changes },
  };
  const route = { apiVersion: API_VERSION, kind: RELAY_ROUTE.kind, metadata, spec: of };
  stored.set(path, route);
  return route;
}

const request = (async (asked: ApiRequest) => {
  requests.push(asked);
  if (asked.method !== 'GET') await beforeWrite(asked);
  const present = stored.get(asked.path);
  const name = asked.path.slice(COLLECTION.length + 1);
  if (asked.method === 'PATCH') {
    const { metadata, spec: wanted } = asked.body as RelayRoute;
    const { uid, resourceVersion } = metadata;
    if (
      uid !== undefined &&
      (present?.metadata.uid !== uid || present.metadata.resourceVersion !== resourceVersion)
    )
      throw new ConflictError(`PATCH ${asked.path}`, 409, { reason: 'Conflict' });
    return { body: put(name, wanted) };
  }
  if (!present) throw new NotFoundError(`${asked.method} ${asked.path}`, 404, {});
  if (asked.method === 'GET') return { body: present };
  const { preconditions } = asked.body as { preconditions: { uid: string } };
  if (preconditions.uid !== present.metadata.uid)
    throw new ConflictError(`DELETE ${asked.path}`, 409, { reason: 'Conflict' });
  stored.delete(asked.path);
  return { body: present };
}) as unknown as ApiCall;

const writer = () =>
  new RouteWriter(
    request,
    {
      get: (_, name) => cached.get(name),
      observe: (route) => void cached.set(route.metadata.name, route),
      create: async ({ name }, write) => {
        const route = await write();
        cached.set(name, route);
        return route;
      },
    },
    'argocd',
  );
const wanted = (names: readonly string[], text?: string) => names.map((name) => ({ name, spec: spec(text) }));
const textOf = (name: string) => stored.get(`${COLLECTION}/${name}`)?.spec.configMap;

describe('applying routes', () => {
  it('creates one that does not exist, and knows it from then on', async () => {
    const { done, failures } = await writer().apply(wanted(['team.payments']));
    expect({ done, failures: [...failures] }).toEqual({ done: ['team.payments'], failures: [] });
    expect(requests).toEqual([
      {
        method: 'PATCH',
        path: `${COLLECTION}/team.payments`,
        query: { fieldManager: 'argocd-dingtalk', force: true },
        contentType: 'application/apply-patch+yaml',
        body: {
          apiVersion: 'argocd-dingtalk.io/v1alpha1',
          kind: 'RelayRoute',
          metadata: { namespace: 'argocd', name: 'team.payments' },
          spec: spec(),
        },
      },
    ]);
    expect(cached.get('team.payments')?.spec).toEqual(spec());
  });

  it('changes the very object that the decision was made on', async () => {
    cached.set('team.payments', put('team.payments'));
    await writer().apply(wanted(['team.payments'], 'other'));
    expect(requests[0]?.body).toMatchObject({
      metadata: { uid: 'uid-team.payments', resourceVersion: '1' },
    });
    expect(cached.get('team.payments')?.metadata.resourceVersion).toBe('2');
  });

  it('takes it for no obstacle that the relay writes a status meanwhile', async () => {
    cached.set('team.payments', put('team.payments'));
    let statuses = 2;
    beforeWrite = () => {
      if (statuses-- > 0) put('team.payments');
    };
    const { failures } = await writer().apply(wanted(['team.payments'], 'other'));
    expect([...failures]).toEqual([]);
    expect(textOf('team.payments')).toEqual(spec('other').configMap);
  });

  it('overwrites no other spec that it has not seen', async () => {
    cached.set('team.payments', put('team.payments'));
    put('team.payments', spec('of another leader'));
    const { done, failures } = await writer().apply(wanted(['team.payments'], 'other'));
    expect(done).toEqual([]);
    expect(failures.get('team.payments')).toBeInstanceOf(ConflictError);
    expect(textOf('team.payments')).toEqual(spec('of another leader').configMap);
    // The next decision is made on it.
    expect(cached.get('team.payments')?.spec).toEqual(spec('of another leader'));
  });

  it('makes one again that somebody has deleted', async () => {
    cached.set('team.payments', put('team.payments'));
    stored.clear();
    await writer().apply(wanted(['team.payments'], 'other'));
    expect(textOf('team.payments')).toEqual(spec('other').configMap);
  });

  it('does not ask the API server about one that is too large for it', async () => {
    const { done, failures } = await writer().apply([
      { name: 'team.large', spec: spec('é'.repeat(450_000)) },
      ...wanted(['team.small']),
    ]);
    expect(failures.get('team.large')).toBeInstanceOf(RouteTooLargeError);
    expect(failures.get('team.large')?.message).toMatch(
      /^RelayRoute team.large would have 900\d{3} bytes, and 900000 are the limit: split the subscription/,
    );
    expect(done).toEqual(['team.small']);
    expect(requests.map(({ path }) => path)).toEqual([`${COLLECTION}/team.small`]);
  });

  it('writes the others where the API server refuses one', async () => {
    const refusal = new ApiError('PATCH /x', 422, {});
    beforeWrite = ({ path }) => {
      if (path.endsWith('/team.s3')) throw refusal;
    };
    const { done, failures } = await writer().apply(wanted(NAMES));
    expect([...failures]).toEqual([['team.s3', refusal]]);
    expect(done).toHaveLength(99);
  });

  it('has a few requests under way at once, and leaves the rest to the next round where none is answered', async () => {
    let underWay = 0;
    let most = 0;
    beforeWrite = async () => {
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay -= 1;
      throw new RequestError('PATCH /x: no answer within 15000 ms');
    };
    const { done, failures } = await writer().apply(wanted(NAMES));
    expect([done, failures.size]).toEqual([[], 100]);
    expect(most).toBe(8);
    expect(requests.length).toBeLessThan(20);
  });

  it('stops as a whole where this replica may not write any more', async () => {
    beforeWrite = () => {
      throw new NotLeadingError('PATCH /x: not sent');
    };
    await expect(writer().apply(wanted(NAMES))).rejects.toThrow(NotLeadingError);
    expect(requests.length).toBeLessThan(20);
  });
});

it.each([
  ['no answer', new RequestError('x'), true],
  ['a conflict', new ConflictError('x', 409, {}), true],
  ['a server that is busy', new ApiError('x', 429, {}), true],
  ['a server that is out of order', new ApiError('x', 503, {}), true],
  ['a refusal', new ApiError('x', 422, {}), false],
  ['a missing right', new ForbiddenError('x', 403, {}), false],
  ['a route that is too large', new RouteTooLargeError('x'), false],
])('%s: whether the same write may succeed a moment later', (_, error, expected) => {
  expect(isPassing(error)).toBe(expected);
});

describe('removing routes', () => {
  it('deletes them by their uid', async () => {
    cached.set('team.payments', put('team.payments'));
    const { done } = await writer().remove(['team.payments', 'team.unknown']);
    expect(stored.size).toBe(0);
    expect(requests).toEqual([
      {
        method: 'DELETE',
        path: `${COLLECTION}/team.payments`,
        body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'uid-team.payments' } },
      },
    ]);
    expect(done).toContain('team.payments');
  });

  it('counts one as deleted that is gone, and leaves one alone that was made again', async () => {
    for (const name of ['team.gone', 'team.again']) cached.set(name, put(name));
    stored.clear();
    put('team.again', spec(), { uid: 'another' });
    const { done, failures } = await writer().remove(['team.gone', 'team.again']);
    expect(done).toEqual(['team.gone']);
    expect(failures.get('team.again')).toBeInstanceOf(ConflictError);
    expect(stored.size).toBe(1);
  });
});
