import { parseAllDocuments } from 'yaml';
import { parseConfiguration } from '../../operator/config/config-file.ts';
import { run } from '../support/run.ts';
import { locateTools } from '../support/tools.ts';

/** Any object of Kubernetes, as far as the tests look at it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

const HOOK = 'helm.sh/hook';
const CONFIGURATION = 'argocd-dingtalk-configuration';

/** What Helm and the chart add, and kustomize does not. */
const ADDED_LABELS = [
  'helm.sh/chart',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/version',
  'app.kubernetes.io/managed-by',
];
const ADDED_ANNOTATIONS = ['helm.sh/resource-policy', 'checksum/configuration'];

/** The objects of a text with any number of documents. */
export const manifestsIn = (text: string): Manifest[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);

/** Whether an object belongs to a hook, and so not to the release. */
export const isHook = ({ metadata }: Manifest): boolean => metadata.annotations?.[HOOK] !== undefined;

/** What kustomize makes of a folder. */
export async function kustomized(folder: string): Promise<Manifest[]> {
  const { code, stdout, stderr } = await run(locateTools().kubectl, ['kustomize', folder]);
  if (code !== 0) throw new Error(stderr);
  return manifestsIn(stdout);
}

/** The objects by kind and name, without what only one of the two ways adds. */
export function comparable(manifests: readonly Manifest[]): Record<string, unknown> {
  const entries = manifests.map((manifest) => {
    const plain = normalised(manifest) as Manifest;
    const { kind, metadata } = plain;
    return [`${kind} ${metadata.namespace ?? ''}/${metadata.name}`, plain] as const;
  });
  const objects = Object.fromEntries(entries);
  // Two of the same name would hide each other.
  if (Object.keys(objects).length !== entries.length) throw new Error('an object is there twice');
  return objects;
}

function normalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalised);
  if (typeof value === 'string')
    return value.replace(new RegExp(`^${CONFIGURATION}-[a-z0-9]{10}$`), CONFIGURATION);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (key === 'labels') return kept(key, inner, ADDED_LABELS);
    if (key === 'annotations') return kept(key, inner, ADDED_ANNOTATIONS);
    // By what the operator reads in it: the chart names the target even where it is the default.
    if (key === 'configuration.yaml') return [[key, parseConfiguration(inner as string, key)]];
    // The default of a tag that is not `latest`.
    if (key === 'imagePullPolicy' && inner === 'IfNotPresent') return [];
    return [[key, normalised(inner)]];
  });
  return Object.fromEntries(entries);
}

/** Empty maps mean the same as none. */
function kept(key: string, map: unknown, added: readonly string[]): [string, unknown][] {
  const left = Object.entries(map as object).filter(([name]) => !added.includes(name));
  return left.length === 0 ? [] : [[key, Object.fromEntries(left)]];
}
