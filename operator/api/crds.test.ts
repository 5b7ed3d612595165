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

  test('bounds every text, list and map, with the keys of maps', () => {
    // Of metadata the API server allows no schema; it has limits of its own.
    const unbounded = nodes.filter(({ path, node }) => path !== 'metadata' && !isBounded(node));
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  test('has no empty list in the spec, where to leave it out says the same', () => {
    const lists = nodes.filter(({ path, node }) => path.startsWith('spec') && node.type === 'array');
    expect(lists.filter(({ node }) => node.minItems !== 1).map(({ path }) => path)).toEqual([]);
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

/** OpenAPI has no keyword for the length of keys, so there a rule has to say it, as its first condition. */
const KEY_LIMIT = /^self\.all\(key, size\(key\) <= \d+ && /;

function isBounded(node: Schema): boolean {
  switch (node.type) {
    case 'string':
      return node.enum !== undefined || node.maxLength !== undefined;
    case 'array':
      return node.maxItems !== undefined && node.items !== undefined;
    case 'object': {
      if (node.additionalProperties === undefined) return node.properties !== undefined;
      const rules = (node['x-kubernetes-validations'] ?? []) as { readonly rule: string }[];
      return node.maxProperties !== undefined && rules.some(({ rule }) => KEY_LIMIT.test(rule));
    }
    default:
      return ['boolean', 'integer'].includes(String(node.type));
  }
}

describe('the limits', () => {
  const unlimited: [string, Schema][] = [
    ['a text', { type: 'string', pattern: '^a*$' }],
    ['a time', { type: 'string', format: 'date-time' }],
    ['a list', { type: 'array', items: { type: 'boolean' } }],
    ['a list of anything', { type: 'array', maxItems: 3 }],
    [
      'a map',
      { type: 'object', additionalProperties: { type: 'boolean' }, ...rule('size(key) <= 3 && true') },
    ],
    ['the keys of a map', { type: 'object', additionalProperties: { type: 'boolean' }, maxProperties: 3 }],
    [
      'keys that are limited too late',
      {
        type: 'object',
        additionalProperties: { type: 'boolean' },
        maxProperties: 3,
        ...rule("key.matches('a') && size(key) <= 3"),
      },
    ],
    ['an object of anything', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }],
    ['anything', { 'x-kubernetes-int-or-string': true }],
  ];
  test.each(unlimited)('of %s are missed', (_, schema) => {
    expect([...walk({ properties: { x: schema } })].every(({ node }) => isBounded(node))).toBe(false);
  });

  function rule(text: string): Schema {
    return { 'x-kubernetes-validations': [{ rule: `self.all(key, ${text})` }] };
  }
});
