import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Schema } from './crd-files.ts';
import { crdSchemas } from './crd-schemas.ts';
import { API_VERSION } from './kinds.ts';
import { renderFields } from './render-fields.ts';
import { renderTypes } from './render-types.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const crds = await crdSchemas();
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const validators = new Map<string, ValidateFunction>(
  crds.map(({ kind, schema }) => [kind, ajv.compile(closed(schema))]),
);

describe.each(crds)('the CRD of $kind', ({ schema }) => {
  const nodes = [...walk(schema)];

  test('describes every field, for kubectl explain', () => {
    // The API server describes metadata itself and allows nothing there.
    const bare = nodes.filter(({ path, node }) => path !== 'metadata' && !node.description);
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  test('bounds every object, list and text of the spec', () => {
    const unbounded = nodes.filter(({ path, node }) => path.startsWith('spec') && !bounded(node));
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  test('lets no quote, backslash or control character into the spec, but for what is judged or quoted later', () => {
    const texts = nodes.filter(
      ({ path, node }) => /^spec\b/.test(path) && node.type === 'string' && !node.enum,
    );
    const lax = texts.filter(({ node }) => {
      const accepts = ajv.compile(node);
      return ["a'b", 'a"b', 'a`b', 'a\\b', 'a\nb', 'ab\n', 'a\u0000b', 'a b', 'a{{b'].some((text) =>
        accepts(text),
      );
    });
    const judged =
      /^spec\.(message\..*|keywords\[\]|params\.\*|events\[\]\.(when|oncePer|eventTime|template\.params\.\*))$/;
    expect(lax.map(({ path }) => path).filter((path) => !judged.test(path))).toEqual([]);
  });
});

test('the samples are valid, and there is one of each kind', async () => {
  const seen = new Set<string>();
  for await (const file of glob('samples/**/*.yaml', { cwd: ROOT })) {
    for (const document of parseAllDocuments(await readFile(`${ROOT}/${file}`, 'utf8'))) {
      expect(document.errors, file).toEqual([]);
      const resource = document.toJS();
      if (resource.apiVersion !== API_VERSION) continue;
      const validate = validators.get(resource.kind);
      validate?.(resource);
      expect(validate?.errors ?? [], `${file}: ${resource.kind} ${resource.metadata.name}`).toEqual([]);
      seen.add(resource.kind);
    }
  }
  expect([...seen].sort()).toEqual([...validators.keys()].sort());
});

test('fields.generated.ts is current (otherwise: make generate)', async () => {
  expect(await readFile(new URL('./fields.generated.ts', import.meta.url), 'utf8')).toBe(
    await renderFields(),
  );
});

test('types.generated.ts is current (otherwise: make generate)', async () => {
  expect(await readFile(new URL('./types.generated.ts', import.meta.url), 'utf8')).toBe(await renderTypes());
});

/** Every schema in a CRD below the root, with its path. */
function* walk(schema: Schema, path = ''): Generator<{ path: string; node: Schema }> {
  if (path) yield { path, node: schema };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    yield* walk(property, path ? `${path}.${name}` : name);
  }
  if (schema.items) yield* walk(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* walk(schema.additionalProperties, `${path}.*`);
}

/** The schema with unknown fields refused, as kubectl does by default. */
function closed(schema: Schema): Schema {
  const copy = structuredClone(schema);
  for (const { node } of [{ node: copy }, ...walk(copy)]) {
    if (node.properties) Object.assign(node, { additionalProperties: false });
  }
  return copy;
}

function bounded({ type, ...node }: Schema): boolean {
  if (type === 'string') return node.enum !== undefined || node.maxLength !== undefined;
  if (type === 'array') return node.minItems !== undefined && node.maxItems !== undefined;
  if (type === 'object') return node.properties !== undefined || node.maxProperties !== undefined;
  return type === 'boolean';
}
