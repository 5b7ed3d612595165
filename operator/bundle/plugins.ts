import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { readCrd } from '../api/crd-files.ts';
import { KINDS } from '../api/kinds.ts';
import { OPERATOR_VERSION } from '../api/version.ts';

/** Puts the CRDs into the bundle, parsed, in place of the module that reads them from crds/. */
export const crdsInside: Plugin = {
  name: 'crds-inside',
  setup(build) {
    build.onLoad({ filter: /[\\/]operator[\\/]api[\\/]crd-files\.ts$/ }, async () => {
      const entries = Object.values(KINDS).map(
        async ({ plural }) => [plural, await readCrd(plural)] as const,
      );
      const crds = JSON.stringify(Object.fromEntries(await Promise.all(entries)));
      return { contents: `const CRDS = ${crds};\nexport const readCrd = async (plural) => CRDS[plural];\n` };
    });
  },
};

/** Puts the version into the bundle, in place of the module that reads it from package.json. */
export const versionInside: Plugin = {
  name: 'version-inside',
  setup(build) {
    build.onLoad({ filter: /[\\/]operator[\\/]api[\\/]version\.ts$/ }, () => ({
      contents: `export const OPERATOR_VERSION = ${JSON.stringify(OPERATOR_VERSION)};\n`,
    }));
  },
};

/** The imports that a file of parts/ replaces; an importer matters where others import the same module. */
const PARTS = [
  { imported: '@kubernetes/client-node', part: 'client.ts' },
  { imported: './gen/index.js', importer: '@kubernetes/client-node/dist', part: 'client-gen.ts' },
  { imported: 'gaxios', importer: '@dot-i/k8s-operator', part: 'gaxios.ts' },
] as const;

/**
 * Leaves out the unused parts of some packages, 17 MB in all. esbuild itself cannot do this. It keeps every module
 * that a CommonJS module may require, and each module that may have effects when it is loaded. An import that a part
 * lacks fails the build.
 */
export const partsOfPackages: Plugin = {
  name: 'parts-of-packages',
  setup(build) {
    build.onResolve({ filter: /^(@kubernetes\/client-node|gaxios|\.\/gen\/index\.js)$/ }, (args) => {
      const found = PARTS.find(
        (each) =>
          each.imported === args.path &&
          (!('importer' in each) || args.importer.includes(join('node_modules', each.importer))),
      );
      return found && { path: join(import.meta.dirname, 'parts', found.part) };
    });
  },
};
