import { builtinModules } from 'node:module';
import standaloneCode from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { crdSchemas } from '../api/crd-schemas.ts';
import { compileValidator } from '../files/schema-validator.ts';

const BUILTIN = new RegExp(`^(node:)?(${builtinModules.join('|')})$`);

/**
 * Loads each of Node's own modules when the first module that imports it is evaluated. esbuild would import all of them
 * at the start of the program, also for commands that are not called, and that takes a third of the time of `--help`.
 */
export const builtinsLater: Plugin = {
  name: 'builtins-later',
  setup(build) {
    build.onResolve({ filter: BUILTIN }, ({ kind, path }) =>
      kind === 'import-statement'
        ? { path: path.replace(/^(node:)?/, 'node:'), namespace: 'builtin' }
        : { path, external: true },
    );
    build.onLoad({ filter: /^/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});\n`,
    }));
  },
};

/** Puts the compiled schemas of the CRDs into the bundle, in place of the module that compiles them with ajv. */
export const schemasCompiled: Plugin = {
  name: 'schemas-compiled',
  setup(build) {
    build.onLoad({ filter: /[\\/]operator[\\/]files[\\/]schema-validator\.ts$/ }, async () => {
      const loaders = (await crdSchemas()).map(({ kind }) => `${kind}: () => require('compiled:${kind}')`);
      const contents = `const VALIDATORS = { ${loaders.join(', ')} };\nexport const schemaValidator = (kind) => VALIDATORS[kind]();\n`;
      return { contents };
    });
    build.onResolve({ filter: /^compiled:/ }, ({ path }) => ({ path, namespace: 'compiled' }));
    build.onLoad({ filter: /^/, namespace: 'compiled' }, async ({ path }) => {
      const found = (await crdSchemas()).find(({ kind }) => path === `compiled:${kind}`);
      if (!found) throw new Error(`there is no kind for ${path}`);
      const { ajv, validator } = compileValidator(found.schema);
      return { contents: standaloneCode.default(ajv, validator), resolveDir: import.meta.dirname };
    });
  },
};
