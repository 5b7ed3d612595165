import { expect, it } from 'vitest';
import { givenConfigMap, givenCredentials } from './given.ts';
import { parseManifests } from './manifests.ts';

const read = (text: string) => parseManifests(text, 'given.yaml');

it.each([
  ['data: { a: text, b: [1], c: 2 }', { a: 'text' }],
  ['data: null', {}],
  ['binaryData: { a: aGk= }', {}],
])('has the texts of a ConfigMap, and no other values: %s', (data, texts) => {
  expect(givenConfigMap(read(`kind: ConfigMap\nmetadata: { name: a }\n${data}`), 'argocd', 'a')).toEqual(
    texts,
  );
});

it('passes over objects of any shape', () => {
  const manifests = read('kind: ConfigMap\nmetadata: null\n---\nkind: Secret\nmetadata: null\n---\ntext\n');
  expect(givenConfigMap(manifests, 'argocd', 'a')).toBeUndefined();
  expect(givenCredentials(manifests, 'argocd')).toEqual([]);
});

it('reads a Secret without data', () => {
  const [[, secret] = []] = givenCredentials(read('kind: Secret\nmetadata: { name: a }\ndata:\n'), 'argocd');
  expect(secret).toEqual({ state: 'found', data: {} });
});
