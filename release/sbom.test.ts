import { expect, it } from 'vitest';
import { PROJECT } from './project.ts';
import { billOfMaterials } from './sbom.ts';

const COMPONENTS = {
  npm: [{ name: '@scope/part', version: '1.2.3', licence: '(MIT OR Apache-2.0)', texts: [] }],
  go: [
    { name: 'k8s.io/api', version: 'v0.36.1', licence: 'Apache-2.0', texts: [] },
    { name: 'stdlib', version: '1.26.8', licence: 'BSD-3-Clause', texts: [] },
  ],
};

it('names every part with version, licence and package URL', async () => {
  const bom = JSON.parse(await billOfMaterials(COMPONENTS));
  expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
  expect(bom.metadata.component).toMatchObject({ name: PROJECT.name, version: PROJECT.version });
  const parts = bom.components.map(({ purl, licenses: [{ license, expression }] }: Part) => [
    purl,
    license?.id ?? expression,
  ]);
  expect(parts).toEqual([
    [expect.stringMatching(/^pkg:generic\/node@24\./), 'MIT'],
    ['pkg:golang/k8s.io/api@v0.36.1', 'Apache-2.0'],
    ['pkg:golang/stdlib@1.26.8', 'BSD-3-Clause'],
    ['pkg:npm/%40scope/part@1.2.3', '(MIT OR Apache-2.0)'],
  ]);
});

interface Part {
  readonly purl: string;
  readonly licenses: [{ readonly license?: { readonly id: string }; readonly expression?: string }];
}

it('is the same text for the same parts in any order', async () => {
  const turned = { npm: COMPONENTS.npm, go: COMPONENTS.go.toReversed() };
  expect(await billOfMaterials(turned)).toBe(await billOfMaterials(COMPONENTS));
});
