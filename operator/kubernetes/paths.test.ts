import { describe, expect, it } from 'vitest';
import { collectionInWords, resourcePath } from './paths.ts';

describe('a path', () => {
  it.each([
    [{ version: 'v1', plural: 'namespaces' }, '/api/v1/namespaces'],
    [{ version: 'v1', plural: 'secrets', namespace: 'a', name: 'b.c' }, '/api/v1/namespaces/a/secrets/b.c'],
    [{ group: 'x.io', version: 'v1', plural: 'robots' }, '/apis/x.io/v1/robots'],
    [
      { group: 'x.io', version: 'v1', plural: 'robots', namespace: 'a', name: 'b', subresource: 'status' },
      '/apis/x.io/v1/namespaces/a/robots/b/status',
    ],
  ])('%j', (address, path) => {
    expect(resourcePath(address)).toBe(path);
  });

  it.each(['', '.', '..'])('is refused with %j in it', (name) => {
    expect(() => resourcePath({ version: 'v1', plural: 'secrets', namespace: name })).toThrow(TypeError);
    expect(() => resourcePath({ version: 'v1', plural: 'secrets', name })).toThrow(TypeError);
  });
});

it.each([
  [{ version: 'v1', plural: 'secrets', namespace: 'argocd' }, 'secrets in the namespace argocd'],
  [{ version: 'v1', plural: 'namespaces' }, 'namespaces'],
  [{ group: 'argoproj.io', version: 'v1', plural: 'appprojects' }, 'appprojects.argoproj.io'],
  [
    { group: 'argoproj.io', version: 'v1', plural: 'appprojects', namespace: 'argocd' },
    'appprojects.argoproj.io in the namespace argocd',
  ],
])('%j in words', (address, words) => {
  expect(collectionInWords(resourcePath(address))).toBe(words);
});
