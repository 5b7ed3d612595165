import { expect, it } from 'vitest';
import { parseManifests } from '../../../files/manifests.ts';
import { secretIn } from './secret.ts';

const read = (text: string) =>
  secretIn(
    parseManifests(`kind: Secret\nmetadata: { name: s, namespace: argocd }\n${text}`, 's.yaml'),
    'argocd',
    's',
  );

it('has its values as text, whichever way they are written', () => {
  expect(read('data: { a: aGk=, b: "aGk=\\n" }\nstringData: { b: ho, c: }')).toEqual({
    texts: { a: 'hi', b: 'ho', c: '' },
    problems: [],
    notes: [],
  });
});

it.each([
  [
    'data: { a: https://example.com/?access_token=abc }',
    /^s\.yaml:3:12: data\.a: the API server takes only base64/,
  ],
  ['data: { a: abc }', /under stringData\.$/],
  ['data: { a: "ENC[AES256_GCM,data:abc]" }', /SOPS has encrypted the value: decrypt the file first/],
  ['data: { a: 12 }', /^s\.yaml:3:12: data\.a: the API server takes only text there, but this is a number/],
  ['stringData: { a: [abc] }', /stringData\.a: the API server takes only text there, but this is a list/],
  ['stringData: abc', /stringData: the API server takes only a map of texts there/],
])('%s is a problem, told without the value', (text, message) => {
  const [problem] = read(text).problems;
  expect(problem).toMatch(message);
  expect(problem).not.toMatch(/=abc|abc]/);
});

it('is not one of another name or namespace', () => {
  const others = parseManifests(
    'kind: Secret\nmetadata: { name: s, namespace: team }\ndata: { a: aGk= }',
    's.yaml',
  );
  const { notes, ...found } = secretIn(others, 'argocd', 's');
  expect(found).toEqual({ texts: undefined, problems: [] });
  expect(notes).toEqual([
    'Secret team/s is not read, since Argo CD reads the Secret in the namespace of its ConfigMap, which is argocd',
  ]);
});
