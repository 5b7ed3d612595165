import { expect, it } from 'vitest';
import { config, liveObject, snapshot } from '../testing/fixtures.ts';
import { argocdUrl } from './argocd-url.ts';

const urlOf = (own: string | undefined, context: string | undefined, argocdCm: string | undefined) =>
  argocdUrl(
    snapshot({
      config: config({ argocd: own === undefined ? {} : { url: own } }),
      target: { configMap: liveObject(context === undefined ? {} : { context }) },
      argocdUrl: argocdCm,
    }),
  );

it.each([
  ['https://a.example.com/', 'argocdUrl: b', 'https://c', 'https://a.example.com'],
  [undefined, 'argocdUrl: 10.0.0.7', 'https://c', 'https://10.0.0.7'],
  [undefined, 'argocdUrl: http://b/argo-cd/', undefined, 'http://b/argo-cd'],
  [undefined, 'other: x', 'https://c/', 'https://c'],
  [undefined, 'argocdUrl: [', 'https://c', 'https://c'],
  [undefined, 'argocdUrl: "<argocd server lb ip>"', undefined, undefined],
  [undefined, undefined, 'https://user:secret@c', undefined],
  [undefined, undefined, undefined, undefined],
])('configuration %s, context %s, argocd-cm %s → %s', (own, context, argocdCm, expected) => {
  expect(urlOf(own, context, argocdCm)).toBe(expected);
});
