/**
 * The configuration in the form in which a running operator publishes it: texts that are configuration files again, one for everybody
 * and one for admins. Both together are the effective configuration.
 */

import { parse, stringify } from 'yaml';
import { own, setOwn } from '../lib/own.ts';
import { formatDuration, type OperatorConfiguration, operatorConfigurationSchema } from './config.ts';
import { ConfigurationError } from './config-file.ts';

/** Those who may read a field. `nobody`: the field is about the operator's own process, and no conclusion depends on it. */
type Audience = 'everybody' | 'admins' | 'nobody';

type Sections = Omit<OperatorConfiguration, 'apiVersion' | 'kind'>;

/**
 * The audience of each field; the compiler asks for that of a new field. Names of projects and namespaces are for admins: a team need
 * not know which other teams there are.
 */
const AUDIENCE: { readonly [S in keyof Sections]: { readonly [F in keyof Sections[S]]-?: Audience } } = {
  target: { namespace: 'everybody', configMap: 'everybody', secret: 'everybody' },
  argocd: { url: 'everybody', configMap: 'everybody', api: 'everybody' },
  tenancy: {
    mode: 'everybody',
    namespaceSelector: 'admins',
    deniedNamespaces: 'admins',
    reportUnselected: 'everybody',
    projects: 'admins',
    destinations: 'everybody',
    clusters: 'admins',
    trustedNamespaces: 'admins',
    allowExpressions: 'everybody',
  },
  routing: { projects: 'everybody' },
  dingtalk: { endpoint: 'everybody', allowedHosts: 'everybody', caFile: 'nobody' },
  robots: { locale: 'everybody', timeZone: 'everybody', verify: 'everybody', delivery: 'everybody' },
  relay: { url: 'everybody', listen: 'nobody', store: 'nobody' },
  gitee: {
    publicURL: 'everybody',
    hosts: 'everybody',
    caFile: 'nobody',
    checkInterval: 'everybody',
    giveUpAfter: 'everybody',
  },
  signing: { renewAfter: 'everybody' },
  credentials: { rereadInterval: 'everybody', watch: 'admins' },
  limits: {
    maxEventAge: 'everybody',
    configMapBytes: 'everybody',
    secretBytes: 'everybody',
    perNamespace: 'everybody',
    unscopedTriggers: 'everybody',
    writeInterval: 'everybody',
  },
  metrics: { listen: 'nobody' },
  health: { listen: 'nobody' },
  log: { level: 'nobody' },
};

/** Fields that the file has as `20m`, and the configuration in milliseconds. */
const DURATIONS: ReadonlySet<string> = new Set([
  'gitee.checkInterval',
  'gitee.giveUpAfter',
  'signing.renewAfter',
  'credentials.rereadInterval',
  'limits.maxEventAge',
  'limits.writeInterval',
]);

/** The texts for everybody and for admins. The same configuration gives the same texts. */
export function publishedTexts(
  config: OperatorConfiguration,
): Readonly<Record<'everybody' | 'admins', string>> {
  return { everybody: textFor('everybody', config), admins: textFor('admins', config) };
}

function textFor(audience: Audience, config: OperatorConfiguration): string {
  const { apiVersion, kind } = config;
  const sections = Object.entries(AUDIENCE).flatMap(([section, fields]) => {
    const shown = Object.entries(fields).flatMap(([field, who]) => {
      const value = own(own(config as unknown as Tree, section) as Tree, field);
      if (who !== audience || value === undefined) return [];
      return [[field, DURATIONS.has(`${section}.${field}`) ? formatDuration(value as number) : value]];
    });
    return shown.length === 0 ? [] : [[section, Object.fromEntries(shown)]];
  });
  const file = { apiVersion, kind, ...Object.fromEntries(sections) };
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** A configuration that was read from its published texts. */
export interface PublishedConfiguration {
  readonly config: OperatorConfiguration;
  /** Fields that this version does not know, such as those of a newer operator. */
  readonly unknownFields: readonly string[];
}

/**
 * Reads the texts that {@link publishedTexts} has written, in this version or another one. Fields that are missing have their defaults.
 * @param admins undefined where the reader may not read it
 * @throws ConfigurationError if the texts are not a configuration
 */
export function readPublished(everybody: string, admins: string | undefined): PublishedConfiguration {
  const file = merged(treeOf(everybody), admins === undefined ? {} : treeOf(admins));
  const first = operatorConfigurationSchema.safeParse(file);
  if (first.success) return { config: first.data, unknownFields: [] };
  const unknownFields = first.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key].map(String)) : [],
  );
  for (const path of unknownFields) remove(file, path);
  const second = operatorConfigurationSchema.safeParse(file);
  if (second.success)
    return { config: second.data, unknownFields: unknownFields.map((path) => path.join('.')) };
  const lines = second.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new ConfigurationError(lines.join('\n'));
}

type Tree = Readonly<Record<string, unknown>>;

function treeOf(text: string): Tree {
  try {
    const value: unknown = parse(text);
    if (isTree(value)) return value;
  } catch (error) {
    throw new ConfigurationError((error as Error).message, { cause: error });
  }
  throw new ConfigurationError('the text is not a configuration file');
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A section can be in both texts, each time with other fields. */
function merged(a: Tree, b: Tree): Tree {
  const both = { ...a, ...b };
  for (const section of Object.keys(both)) {
    const [one, other] = [own(a, section), own(b, section)];
    if (isTree(one) && isTree(other)) setOwn(both, section, { ...one, ...other });
  }
  return both;
}

function remove(tree: Tree, path: readonly string[]): void {
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((value, key) => (isTree(value) ? own(value, key) : value), tree);
  if (isTree(holder)) Reflect.deleteProperty(holder, path.at(-1) ?? '');
}
