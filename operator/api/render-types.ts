/** Turns the OpenAPI schemas of the CRDs into TypeScript. A development tool: the operator itself never imports it. */

import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import { own, setOwn } from '../lib/own.ts';
import type { Schema } from './crd-files.ts';
import { crdSchemas } from './crd-schemas.ts';

// Required, not imported: the declarations of one of its dependencies do not pass exactOptionalPropertyTypes.
const { compile }: { compile(schema: Schema, name: string, options: object): Promise<string> } =
  createRequire(import.meta.url)('json-schema-to-typescript');

/** Schemas that get a type of their own, by the property (with [] its items) under which they stand. */
const NAMED: Readonly<Record<string, string>> = {
  secretKeyRef: 'SecretKeyReference',
  'robots[]': 'RobotReference',
  applications: 'ApplicationCriteria',
  selector: 'LabelSelector',
  'matchExpressions[]': 'LabelRequirement',
  'events[]': 'SubscribedEvent',
  template: 'TemplateReference',
  message: 'TemplateMessage',
  sharedWith: 'SharedWith',
  at: 'Mentions',
  markdown: 'MarkdownMessage',
  text: 'TextMessage',
  link: 'LinkMessage',
  actionCard: 'ActionCardMessage',
  'buttons[]': 'CardButton',
  feedCard: 'FeedCardMessage',
  'links[]': 'FeedCardLink',
  'hooks[]': 'GiteeHookRecord',
  'conditions[]': 'Condition',
};

const BANNER =
  '// Generated from crds/ by operator/api/generate.ts. Change the CRDs and run `make generate`.\n\n';

/** The text of types.generated.ts. */
export async function renderTypes(): Promise<string> {
  const types = new Map<string, Schema>();
  for (const { kind, schema } of await crdSchemas()) {
    for (const part of ['spec', 'status'] as const) {
      const name = `${kind}${part === 'spec' ? 'Spec' : 'Status'}`;
      types.set(name, lift(schema.properties?.[part] ?? {}, types));
    }
  }
  const rendered: string[] = [];
  for (const name of [...types.keys()].sort()) {
    rendered.push(await compile(types.get(name) ?? {}, name, OPTIONS));
  }
  return BANNER + rendered.join('\n');
}

const OPTIONS = {
  additionalProperties: false,
  bannerComment: '',
  ignoreMinAndMaxItems: true,
  style: { singleQuote: true, printWidth: 110 },
};

/** Copies a schema without Kubernetes' extensions; what NAMED lists moves to `types` and leaves its name behind. */
function lift(schema: Schema, types: Map<string, Schema>, under = ''): Schema {
  const copy: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (!key.startsWith('x-kubernetes-')) setOwn(copy, key, value);
  }
  if (schema.items) copy.items = lift(schema.items, types, `${under}[]`);
  if (typeof schema.additionalProperties === 'object') {
    copy.additionalProperties = lift(schema.additionalProperties, types);
  }
  if (schema.properties) {
    copy.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, lift(property, types, name)]),
    );
  }
  const name = schema.type === 'object' ? own(NAMED, under) : undefined;
  if (name === undefined) return copy;
  const known = types.get(name);
  if (known && !isDeepStrictEqual(known, copy)) {
    throw new Error(`crds/: two different schemas under ${under} would both be called ${name}`);
  }
  types.set(name, copy);
  return { tsType: name, ...(schema.description === undefined ? {} : { description: schema.description }) };
}
