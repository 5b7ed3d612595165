import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { run, TestFiles } from '../commands/testing/command-line.ts';
import { crdChecks } from '../files/crd-check.ts';
import type { LintFinding } from '../files/finding.ts';
import type { Schema } from './crd-files.ts';
import { crdSchemas } from './crd-schemas.ts';
import type { CustomKind } from './kinds.ts';

/** docs/spec has a page for each kind; what can be known of it from the CRD is held to the CRD. */

const files = new TestFiles();
afterAll(() => files.remove());

const ROOT = new URL('../../', import.meta.url).pathname;
const crds = await crdSchemas();
const checks = await crdChecks();
const pages = new Map(
  crds.map(({ kind }) => {
    const path = `docs/spec/${kind.toLowerCase()}.md`;
    const text = readFileSync(join(ROOT, path), 'utf8');
    const examples = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = '']) => yaml);
    return [kind, { path, text, examples }];
  }),
);

describe.each(crds)('the page of $kind', ({ kind, schema }) => {
  const page = pages.get(kind);
  const text = page?.text ?? '';

  it('has every field of the spec once, with its type, limits and default', () => {
    const rows = [...text.matchAll(/^\| `(spec[^`]*)` \| (.*?) \| (.*?) \| (.*\.) \|$/gm)];
    const told = rows.map(([, path, type, given]) => ({ path, type, given }));
    expect(told).toEqual(fieldsOf(schema.properties?.spec, 'spec'));
  });

  it('has every field of the status once, with its type', () => {
    const rows = [...text.matchAll(/^\| `(status[^`]*)` \| (.*?) \| (.*\.) \|$/gm)];
    const fields = fieldsOf(schema.properties?.status, 'status');
    expect(rows.map(([, path, type]) => ({ path, type }))).toEqual(
      fields.map(({ path, type }) => ({ path, type })),
    );
  });

  it('has the columns of kubectl get', async () => {
    const { spec } = parse(readFileSync(join(ROOT, `crds/${kind.toLowerCase()}s.yaml`), 'utf8')) as {
      spec: { versions: [{ additionalPrinterColumns: { name: string }[] }] };
    };
    const names = spec.versions[0].additionalPrinterColumns.map(({ name }) => name.toUpperCase());
    const told = [...text.matchAll(/^\| `([A-Z-]+)` \| /gm)].map(([, name]) => name);
    expect(told).toEqual(names);
  });

  it('has reasons that there are', () => {
    const reasons = readFileSync(join(ROOT, 'docs/reasons.md'), 'utf8');
    const told = [...text.matchAll(/\[`(\w+)`\]\(\.\.\/reasons\.md\)/g)].map(([, name]) => name);
    expect(told.length).toBeGreaterThan(3);
    expect(told.filter((name) => !reasons.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('has examples that the API server would take', () => {
    const resources = (page?.examples ?? []).flatMap((example) =>
      parseAllDocuments(example).map((document) => document.toJS() as { kind: CustomKind }),
    );
    expect(resources.some((each) => each.kind === kind)).toBe(true);
    expect(resources.flatMap((each) => checks[each.kind].violations(each))).toEqual([]);
  });
});

it('the operator takes all examples without a warning', async () => {
  const config = parse(readFileSync(join(ROOT, 'samples/config.yaml'), 'utf8')) as object;
  const configFile = files.write(
    'config.yaml',
    stringify({
      ...config,
      argocd: { url: 'https://argocd.example.com' },
      robots: { delivery: 'Relay' },
      relay: { url: 'http://relay.argocd.svc:8080' },
      gitee: { publicURL: 'https://hooks.example.com' },
    }),
  );
  const examples = [...pages.values()].flatMap((page) => page.examples);
  const paths = examples.map((text, index) => files.write(`example-${index}.yaml`, text));
  const { code, stdout } = await run('lint', '-f', ...paths, '--config', configFile, '-o', 'json');
  expect(JSON.parse(stdout) as LintFinding[]).toEqual([]);
  expect(code).toBe(0);
});

interface Field {
  readonly path: string;
  readonly type: string;
  /** What holds where it is left out. */
  readonly given: string;
}

/** The fields below a schema in its own order; those of a list's items as `list[].field`. */
function fieldsOf(schema: Schema = {}, path: string): Field[] {
  const required = (schema.required ?? []) as string[];
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const here = `${path}.${name}`;
    const fallback = property.default === undefined ? 'optional' : `\`${property.default}\``;
    const given = required.includes(name) ? 'required' : fallback;
    const inner = property.items ? fieldsOf(property.items, `${here}[]`) : fieldsOf(property, here);
    return [{ path: here, type: typeOf(property), given }, ...inner];
  });
}

/** A schema's type and limits in words. */
function typeOf(schema: Schema): string {
  const { type = '', items, additionalProperties, format } = schema;
  if (schema.enum) return (schema.enum as string[]).map((each) => `\`${each}\``).join(', ');
  if (items) return `list of ${manyOf(items, limits(schema.minItems, schema.maxItems))}`;
  if (additionalProperties) {
    return `map of ${manyOf(additionalProperties, limits(schema.minProperties, schema.maxProperties))}`;
  }
  if (format === 'date-time') return 'time';
  return [type, ...characters(schema)].join(', ');
}

function manyOf(schema: Schema, count: string): string {
  return [`${count} ${schema.type}s`.trim(), ...characters(schema).map((each) => `each ${each}`)].join(', ');
}

const characters = ({ minLength, maxLength }: Schema): string[] =>
  maxLength === undefined ? [] : [`${limits(minLength, maxLength)} characters`];

function limits(min: unknown, max: unknown): string {
  if (max === undefined) return '';
  return min === undefined ? `at most ${max}` : `${min} to ${max}`;
}
