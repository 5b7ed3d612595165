import { KINDS } from '../api/kinds.ts';
import type { CredentialSecret, Project, Snapshot } from '../core/model/snapshot.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { assumedCredentials, givenCredentials } from './given.ts';
import { forAsking, givenNamespaces, givenProjects } from './given-access.ts';
import type { LoadedResource } from './loaded-resource.ts';
import type { Manifest } from './manifests.ts';

type Resource = LoadedResource['resource'];

/**
 * The snapshot of a cluster after these resources, and the Secrets, Namespaces and AppProjects beside them, are
 * applied to it.
 * @param defaultNamespace the namespace of a Secret without one
 */
export function withFilesApplied(
  before: Snapshot,
  given: readonly LoadedResource[],
  manifests: readonly Manifest[],
  defaultNamespace: string,
): Snapshot {
  const applied = <T extends Resource>(existing: readonly T[], kind: T['kind']): T[] => {
    const ofKind = given.map(({ resource }) => resource).filter((each) => each.kind === kind);
    return overlay(existing, ofKind) as T[];
  };
  return forAsking({
    ...before,
    robots: applied(before.robots, KINDS.robot.kind),
    templates: applied(before.templates, KINDS.template.kind),
    subscriptions: applied(before.subscriptions, KINDS.subscription.kind),
    namespaces: labelled(before.namespaces, givenNamespaces(manifests)),
    projects: granted(before.projects, givenProjects(manifests, before.config.target.namespace)),
    credentials: new Map([...before.credentials, ...givenCredentials(manifests, defaultNamespace)]),
  });
}

/** Labels that the files do not name stay: they mostly belong to other writers. */
function labelled(
  before: Snapshot['namespaces'],
  given: ReturnType<typeof givenNamespaces>,
): Snapshot['namespaces'] {
  const merged = [...given].map(([name, labels]) => {
    const known = before.get(name);
    return [name, known === undefined || known === 'unseen' ? labels : { ...known, ...labels }] as const;
  });
  return new Map([...before, ...merged]);
}

/** As with labels, a file without the annotation leaves it as it is. */
function granted(before: readonly Project[], given: readonly Project[]): Project[] {
  const projects = new Map(before.map((each) => [each.name, each]));
  for (const { name, grantedTo = projects.get(name)?.grantedTo } of given)
    projects.set(name, { name, grantedTo });
  return [...projects.values()];
}

/** The credentials that were read; unreadable credentials count as right. */
export function orAssumed(
  read: ReadonlyMap<string, CredentialSecret>,
  robots: Parameters<typeof assumedCredentials>[0],
): ReadonlyMap<string, CredentialSecret> {
  const assumed = assumedCredentials(robots).filter(([key]) => read.get(key)?.state === 'unreadable');
  return new Map([...read, ...assumed]);
}

/**
 * The resources of a cluster after files are applied to it. A resource in the files replaces the one in the cluster
 * and keeps its identity, or is added. The generation increases if the spec is different.
 */
function overlay(existing: readonly Resource[], files: readonly Resource[]): Resource[] {
  const given = files.map(asStored);
  const replaced = new Map(given.map((each) => [keyOf(each), each]));
  const known = new Set(existing.map(keyOf));
  return [
    ...existing.map((each) => {
      const now = replaced.get(keyOf(each));
      return now ? replace(each, now) : each;
    }),
    ...given.filter((each) => !known.has(keyOf(each))),
  ];
}

function replace(old: Resource, { spec, metadata }: Resource): Resource {
  const { uid, creationTimestamp, resourceVersion, generation } = old.metadata;
  const isSame = comparable(old.spec) === comparable(spec);
  const identity = { uid, creationTimestamp, resourceVersion, generation: generation + (isSame ? 0 : 1) };
  return { ...old, spec: isSame ? old.spec : spec, metadata: { ...metadata, ...identity } } as Resource;
}

/**
 * The API server returns fields in the order of their names, and hashes in the operator's keys depend on the order.
 */
const asStored = (each: Resource): Resource =>
  ({ ...each, spec: JSON.parse(canonicalJson(each.spec) ?? 'null') }) as Resource;

/** The API server fills in the defaults of the CRDs, which are all false. */
const comparable = (spec: object): string | undefined =>
  canonicalJson(
    JSON.parse(JSON.stringify(spec, (_, value: unknown) => (value === false ? undefined : value))),
  );

const keyOf = ({ kind, metadata }: Resource): string => `${kind}/${metadata.namespace}/${metadata.name}`;
