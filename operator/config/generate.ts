/**
 * Writes the schema of the Helm chart's values, with the operator's configuration in it, so that Helm refuses a field that the operator
 * would refuse. `node operator/config/generate.ts` writes it; with `--check` it only says whether it is current.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { operatorConfigurationSchema } from './config.ts';

const HELM = new URL('../../config/helm/', import.meta.url);
const TARGET = fileURLToPath(new URL('argocd-dingtalk-operator/values.schema.json', HELM));

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

/** The fields that the chart sets itself. */
const OF_THE_CHART = ['apiVersion', 'kind', 'health', 'metrics', 'relay'];

/** The part of the configuration that is for users of the chart. Defaults are left out: a field that is absent has its own. */
function configuration(): Schema {
  const schema = z.toJSONSchema(operatorConfigurationSchema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => void delete jsonSchema.default,
  }) as Schema & Readonly<Record<string, unknown>>;
  const { $schema: _, required: _required, properties, ...rest } = schema;
  const { target, ...others } = without(properties, OF_THE_CHART);
  const ownTarget = { ...target, properties: without(target?.properties, ['namespace']) };
  return { ...rest, properties: { target: ownTarget, ...others } };
}

const without = (properties: Schema['properties'] = {}, names: readonly string[]): Record<string, Schema> =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));

const source = parse(await readFile(new URL('values.schema.yaml', HELM), 'utf8')) as Schema;
const definitions = { ...source.definitions, configuration: configuration() };
const wanted = `${JSON.stringify({ ...source, definitions }, null, 2)}\n`;
if (!process.argv.includes('--check')) {
  await writeFile(TARGET, wanted);
} else if ((await readFile(TARGET, 'utf8').catch(() => '')) !== wanted) {
  process.stderr.write(
    "the chart's values.schema.json does not match config/helm/values.schema.yaml and operator/config/config.ts: " +
      'run `make generate` and commit the result\n',
  );
  process.exitCode = 1;
}
