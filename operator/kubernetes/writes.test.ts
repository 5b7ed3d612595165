import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConflictError, ForbiddenError, NotFoundError } from './api-error.ts';
import { mergePatch, serverSideApply } from './apply.ts';
import { type Connection, connect } from './connection.ts';
import { readSecret } from './credentials.ts';
import { applyCustomObject, deleteObject, readCustomObject } from './custom-objects.ts';
import { patchStatus } from './status.ts';
import { answer, FakeApiServer, type Handler, refuse } from './testing/fake-api-server.ts';
import { type TestKubeconfig, testKubeconfig } from './testing/kubeconfig.ts';

let handler: Handler;
let server: FakeApiServer;
let kubeconfig: TestKubeconfig;
let connection: Connection;

beforeEach(async () => {
  handler = (_, response) => answer(response, 200, { answered: true });
  server = await FakeApiServer.start((request, response) => handler(request, response));
  kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
  connection = connect({ kubeconfig: kubeconfig.path });
});

afterEach(async () => {
  await connection.close();
  await server.close();
  await kubeconfig.remove();
});

const sent = () => {
  const [request] = server.requests;
  const { method, path, headers, body } = request ?? expect.fail('nothing was sent');
  return {
    method,
    path,
    query: `${request?.query}`,
    type: headers['content-type'],
    body: JSON.parse(body || 'null'),
  };
};

const target = {
  kind: 'ConfigMap',
  namespace: 'argocd',
  name: 'argocd-notifications-cm',
  resourceVersion: '7',
  fieldManager: 'argocd-dingtalk',
} as const;

describe('server-side apply', () => {
  it('is forced, for one version of one object', async () => {
    const object = await serverSideApply(connection.request, { ...target, uid: 'u', data: { a: 'b' } });
    expect(object).toEqual({ answered: true });
    expect(sent()).toEqual({
      method: 'PATCH',
      path: '/api/v1/namespaces/argocd/configmaps/argocd-notifications-cm',
      query: 'fieldManager=argocd-dingtalk&force=true',
      type: 'application/apply-patch+yaml',
      body: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace: 'argocd', name: 'argocd-notifications-cm', uid: 'u', resourceVersion: '7' },
        data: { a: 'b' },
      },
    });
  });

  it('asks for the metadata alone where the object is known, and takes the whole object as well', async () => {
    const metadata = { name: 'argocd-notifications-cm', namespace: 'argocd', uid: 'u', resourceVersion: '7' };
    const before = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { theirs: 'x' } };
    const write = { ...target, uid: 'u', data: { a: 'b' }, before };
    const now = { ...metadata, resourceVersion: '8' };
    const partial = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: now };
    handler = ({ headers }, response) =>
      answer(response, 200, headers.accept?.includes('PartialObjectMetadata') ? partial : 'not asked for');
    const after = { ...before, metadata: now, data: { theirs: 'x', a: 'b' } };
    expect(await serverSideApply(connection.request, write)).toMatchObject(after);
    expect(await mergePatch(connection.request, write)).toMatchObject(after);
    const whole = { ...before, metadata: now, data: { mutated: 'y' } };
    handler = (_, response) => answer(response, 200, whole);
    expect(await serverSideApply(connection.request, write)).toEqual(whole);
  });

  it('of nothing names no field, so that the manager owns none', async () => {
    await serverSideApply(connection.request, { ...target, uid: 'u', data: {} });
    expect(sent().body).not.toHaveProperty('data');
  });

  it.each([
    [409, 'Conflict', ConflictError],
    [403, 'Forbidden', ForbiddenError],
  ])('refused with %i', async (code, reason, type) => {
    handler = (_, response) => refuse(response, code, reason);
    await expect(
      serverSideApply(connection.request, { ...target, uid: 'u', data: {} }),
    ).rejects.toBeInstanceOf(type);
  });
});

describe('merge patch', () => {
  it('sets and deletes keys of one version', async () => {
    await mergePatch(connection.request, { ...target, kind: 'Secret', data: { a: 'Yg==', gone: null } });
    expect(sent()).toEqual({
      method: 'PATCH',
      path: '/api/v1/namespaces/argocd/secrets/argocd-notifications-cm',
      query: 'fieldManager=argocd-dingtalk',
      type: 'application/merge-patch+json',
      body: { metadata: { resourceVersion: '7' }, data: { a: 'Yg==', gone: null } },
    });
  });

  it('of an object that is gone', async () => {
    handler = (_, response) => refuse(response, 404, 'NotFound');
    await expect(mergePatch(connection.request, { ...target, data: {} })).rejects.toBeInstanceOf(
      NotFoundError,
    );
  });
});

describe('a custom object', () => {
  const address = { group: 'g.io', version: 'v1', plural: 'routes', namespace: 'argocd', name: 'team.a' };
  const path = '/apis/g.io/v1/namespaces/argocd/routes/team.a';
  const wanted = { address, kind: 'Route', spec: { a: 'b' }, fieldManager: 'argocd-dingtalk' };

  it('is applied with force, whether or not it exists', async () => {
    expect(await applyCustomObject(connection.request, wanted)).toEqual({ answered: true });
    expect(sent()).toEqual({
      method: 'PATCH',
      path,
      query: 'fieldManager=argocd-dingtalk&force=true',
      type: 'application/apply-patch+yaml',
      body: {
        apiVersion: 'g.io/v1',
        kind: 'Route',
        metadata: { namespace: 'argocd', name: 'team.a' },
        spec: { a: 'b' },
      },
    });
  });

  it('is applied over one version of one object', async () => {
    handler = (_, response) => refuse(response, 409, 'Conflict');
    const replaces = { uid: 'u', resourceVersion: '7' };
    await expect(applyCustomObject(connection.request, { ...wanted, replaces })).rejects.toBeInstanceOf(
      ConflictError,
    );
    expect(sent().body.metadata).toEqual({ namespace: 'argocd', name: 'team.a', ...replaces });
  });

  it('is read, if it exists', async () => {
    expect(await readCustomObject(connection.request, address)).toEqual({ answered: true });
    handler = (_, response) => refuse(response, 404, 'NotFound');
    expect(await readCustomObject(connection.request, address)).toBeUndefined();
    handler = (_, response) => refuse(response, 403, 'Forbidden');
    await expect(readCustomObject(connection.request, address)).rejects.toBeInstanceOf(ForbiddenError);
  });

  it('is deleted by its uid', async () => {
    await deleteObject(connection.request, address, 'u');
    expect(sent()).toEqual({
      method: 'DELETE',
      path,
      query: '',
      type: 'application/json',
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u' } },
    });
    handler = (_, response) => refuse(response, 404, 'NotFound');
    await deleteObject(connection.request, address, 'u');
    handler = (_, response) => refuse(response, 409, 'Conflict');
    await expect(deleteObject(connection.request, address, 'u')).rejects.toBeInstanceOf(ConflictError);
  });
});

describe('status', () => {
  const patch = { plural: 'dingtalkrobots', namespace: 'team', name: 'a', uid: 'u', status: { gone: null } };

  it('is patched as such', async () => {
    handler = (_, response) => answer(response, 200, { metadata: { uid: 'u' } });
    const object = await patchStatus(connection.request, { ...patch, resourceVersion: '7' });
    expect(object).toEqual({ metadata: { uid: 'u' } });
    expect(sent()).toEqual({
      method: 'PATCH',
      path: '/apis/argocd-dingtalk.io/v1alpha1/namespaces/team/dingtalkrobots/a/status',
      query: 'fieldManager=argocd-dingtalk',
      type: 'application/merge-patch+json',
      body: { metadata: { resourceVersion: '7' }, status: { gone: null } },
    });
  });

  it('of a resource that is gone', async () => {
    handler = (_, response) => refuse(response, 404, 'NotFound');
    await expect(patchStatus(connection.request, patch)).resolves.toBeUndefined();
  });

  it('of a resource that was made again: that one is not taken for it', async () => {
    handler = (_, response) => answer(response, 200, { metadata: { uid: 'other' } });
    await expect(patchStatus(connection.request, patch)).resolves.toBeUndefined();
  });

  it.each([
    [409, 'Conflict'],
    [403, 'Forbidden'],
    [422, 'Invalid'],
  ])('refused for another reason: %i', async (code, reason) => {
    handler = (_, response) => refuse(response, code, reason);
    await expect(patchStatus(connection.request, patch)).rejects.toMatchObject({ code });
  });
});

describe('credentials', () => {
  it('are read as they stand', async () => {
    handler = (_, response) =>
      answer(response, 200, { metadata: { resourceVersion: '7' }, data: { webhook: 'aGk=' } });
    await expect(readSecret(connection.request, 'team', 'robot')).resolves.toEqual({
      found: true,
      resourceVersion: '7',
      data: { webhook: 'aGk=' },
    });
    expect(sent()).toMatchObject({ method: 'GET', path: '/api/v1/namespaces/team/secrets/robot' });
  });

  it('of an empty Secret', async () => {
    handler = (_, response) => answer(response, 200, { metadata: { resourceVersion: '7' } });
    await expect(readSecret(connection.request, 'team', 'robot')).resolves.toMatchObject({ data: {} });
  });

  it('that do not exist', async () => {
    handler = (_, response) => refuse(response, 404, 'NotFound');
    await expect(readSecret(connection.request, 'team', 'robot')).resolves.toEqual({ found: false });
  });

  it('that may not be read', async () => {
    handler = (_, response) => refuse(response, 403, 'Forbidden');
    await expect(readSecret(connection.request, 'team', 'robot')).rejects.toBeInstanceOf(ForbiddenError);
  });

  it('under a name that would lead elsewhere', async () => {
    handler = (_, response) => refuse(response, 404, 'NotFound');
    for (const name of ['', '.', '..'])
      await expect(readSecret(connection.request, 'team', name)).rejects.toThrow(TypeError);
    await readSecret(connection.request, 'team', '../../../x?y#z%2e');
    expect(server.requests).toHaveLength(1);
    expect(sent().path).toBe('/api/v1/namespaces/team/secrets/..%2F..%2F..%2Fx%3Fy%23z%252e');
  });
});
