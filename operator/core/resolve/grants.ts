import type { Finding } from '../../api/finding.ts';
import { GRANTED_NAMESPACES, NAMESPACE_PATTERN } from '../../api/names.ts';
import { firstOf } from '../../lib/first-of.ts';
import { globMatches, isGlob } from '../../lib/glob.ts';
import type { Project, Snapshot } from '../model/snapshot.ts';

/** As many as it takes to find the mistake. */
const MAX_NAMED = 5;
const MAX_QUOTED = 63;

/** Things that are granted to namespaces. A lookup by namespace takes about the same time for any number of grants. */
export class Grants {
  readonly #byName = new Map<string, string[]>();
  readonly #byPattern = new Map<string, string[]>();
  readonly #known = new Map<string, readonly string[]>();

  /** @param grants things, or patterns of things, each with the namespaces or patterns of namespaces that it is granted to */
  constructor(grants: Iterable<readonly [string, readonly string[]]>) {
    for (const [thing, namespaces] of grants) {
      for (const namespace of namespaces) {
        const index = isGlob(namespace) ? this.#byPattern : this.#byName;
        const known = index.get(namespace);
        if (known) known.push(thing);
        else index.set(namespace, [thing]);
      }
    }
  }

  /** The things that are granted to a namespace: sorted, without those that a pattern among them covers. */
  of(namespace: string): readonly string[] {
    const known = this.#known.get(namespace);
    if (known) return known;
    const patterns = [...this.#byPattern].filter(([pattern]) => globMatches(pattern, namespace));
    const all = [...(this.#byName.get(namespace) ?? []), ...patterns.flatMap(([, things]) => things)];
    const globs = all.filter(isGlob);
    const things = all.filter((each) => isGlob(each) || !globs.some((glob) => globMatches(glob, each)));
    const found = [...new Set(things)].sort();
    this.#known.set(namespace, found);
    return found;
  }
}

/**
 * The grants of AppProjects: by the operator's configuration, and by an annotation on the AppProject. Only the admin writes
 * these. Nothing on a Namespace or an Application grants anything, since an Application can set both
 * (`managedNamespaceMetadata`).
 */
export function projectGrants({ config, projects }: Pick<Snapshot, 'config' | 'projects'>): Grants {
  return new Grants([
    ...Object.entries(config.tenancy.projects),
    ...projects.map(({ name, grantedTo }) => [name, readGranted(grantedTo).namespaces] as const),
  ]);
}

/** The clusters in which a namespace belongs to the same team as in Argo CD's own: only the configuration names them. */
export const clusterGrants = ({ config }: Pick<Snapshot, 'config'>): Grants =>
  new Grants(Object.entries(config.tenancy.clusters));

/**
 * Reads the annotation of an AppProject: entries between commas. Malformed entries, which cannot be names of namespaces, do
 * not count.
 */
export function readGranted(annotation = ''): {
  readonly namespaces: readonly string[];
  readonly malformed: readonly string[];
} {
  const entries = annotation
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return {
    namespaces: entries.filter((entry) => NAMESPACE_PATTERN.test(entry)),
    malformed: entries.filter((entry) => !NAMESPACE_PATTERN.test(entry)),
  };
}

/** A warning about malformed grants on an AppProject; undefined if there are none. */
export function grantFinding({ grantedTo }: Project): Finding | undefined {
  const { malformed } = readGranted(grantedTo);
  if (malformed.length === 0) return undefined;
  const quoted = malformed.map((entry) => JSON.stringify(entry.slice(0, MAX_QUOTED)));
  const message =
    `metadata.annotations[${GRANTED_NAMESPACES}]: entries that cannot be names of namespaces grant nothing: ` +
    `${firstOf(quoted, MAX_NAMED)}. The other entries count. Write names of namespaces, or patterns with * and ?, with ` +
    'commas between them.';
  return { reason: 'InvalidGrant', message };
}
