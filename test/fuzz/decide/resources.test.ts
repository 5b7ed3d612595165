import { describe, expect, it } from 'vitest';
import type { Schema } from '../../../operator/api/crd-files.ts';
import { crdSchemas } from '../../../operator/api/crd-schemas.ts';
import type { CustomKind } from '../../../operator/api/kinds.ts';
import { crdChecks } from '../../../operator/files/crd-check.ts';
import { Random } from '../random.ts';
import { RESOURCE_KINDS, ResourceMaker } from './resources.ts';

const maker = await ResourceMaker.load();
const [checks, schemas] = [await crdChecks(), await crdSchemas()];
const random = new Random(1);
const make = (manner: 'tame' | 'wild', count: number) =>
  RESOURCE_KINDS.flatMap((kind) => Array.from({ length: count }, () => maker.make(kind, random, manner)));

const wild = make('wild', 800);

/** The paths of all fields that a schema has. */
function fieldsOf(schema: Schema, path: string): string[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
    fieldsOf(each, `${path}.${name}`),
  );
  const { items, additionalProperties } = schema;
  return [
    path,
    ...inner,
    ...(items ? fieldsOf(items, `${path}[]`) : []),
    ...(additionalProperties ? fieldsOf(additionalProperties, `${path}{}`) : []),
  ];
}

/** The paths of all fields that a value has. */
function pathsOf(value: unknown, schema: Schema, path: string): string[] {
  if (Array.isArray(value))
    return [path, ...value.flatMap((each) => pathsOf(each, schema.items ?? {}, `${path}[]`))];
  if (typeof value !== 'object' || value === null) return [path];
  const { properties, additionalProperties } = schema;
  return [
    path,
    ...Object.entries(value).flatMap(([name, each]) =>
      additionalProperties
        ? pathsOf(each, additionalProperties, `${path}{}`)
        : pathsOf(each, properties?.[name] ?? {}, `${path}.${name}`),
    ),
  ];
}

describe('made up resources', () => {
  it.each(schemas)('have every field that the CRD of $kind has', ({ kind, schema }) => {
    const made = wild.filter((each) => each.kind === kind);
    for (const part of ['spec', 'status'] as const) {
      const own = schema.properties?.[part] as Schema;
      const seen = new Set(made.flatMap((each) => pathsOf(each[part], own, part)));
      expect(fieldsOf(own, part).filter((path) => !seen.has(path))).toEqual([]);
    }
  });

  it('are mostly such that the API server takes them, if they are to be', () => {
    const made = make('tame', 100);
    const taken = made.filter((each) => checks[each.kind as CustomKind].violations(each).length === 0);
    expect(taken.length).toBeGreaterThan(made.length / 2);
  });

  it('are often such that no CRD takes them, if they need not be', () => {
    const some = wild.filter((_, index) => index % 4 === 0);
    const refused = some.filter((each) => checks[each.kind as CustomKind].violations(each).length > 0);
    expect(refused.length).toBeGreaterThan(20);
  });
});
