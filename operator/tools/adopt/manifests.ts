import { Document } from 'yaml';
import type { CredentialsDraft, Resources } from './drafts.ts';
import type { ExistingResource } from './origins.ts';

/** The same in a folder for each namespace. */
export function foldersByNamespace(
  files: ReadonlyMap<string, readonly object[]>,
): ReadonlyMap<string, readonly object[]> {
  const found = new Map<string, object[]>();
  for (const [file, manifests] of files) {
    for (const each of manifests as readonly ExistingResource[]) {
      const path = `${each.metadata.namespace}/${file}`;
      found.set(path, [...(found.get(path) ?? []), each]);
    }
  }
  return found;
}

/** The manifests by file name, in the order in which the files are applied. A Secret without its credential is not among them. */
export function adoptedFiles(resources: Resources, redact: boolean): ReadonlyMap<string, readonly object[]> {
  return new Map<string, readonly object[]>([
    ['credentials.yaml', redact ? [] : resources.credentials.flatMap(secretManifest)],
    ['robots.yaml', resources.robots],
    ['templates.yaml', resources.templates],
    ['subscriptions.yaml', resources.subscriptions],
  ]);
}

/**
 * The resources that are not applied yet, and the names of those in the cluster. The latter may have been edited since, and are
 * not printed again.
 */
export function divided(
  resources: Resources,
  inCluster: readonly ExistingResource[],
): { readonly missing: Resources; readonly existing: readonly string[] } {
  const known = new Set(
    inCluster.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
  );
  const nameOf = ({ kind, metadata }: ExistingResource): string =>
    `${kind} ${metadata.namespace}/${metadata.name}`;
  const isMissing = (each: ExistingResource): boolean => !known.has(nameOf(each));
  const { credentials, robots, templates, subscriptions } = resources;
  const newRobots = robots.filter(isMissing);
  const secrets = new Set(
    newRobots.map(({ metadata, spec }) => `${metadata.namespace}/${spec.webhook.secretKeyRef.name}`),
  );
  return {
    missing: {
      credentials: credentials.filter(({ metadata }) =>
        secrets.has(`${metadata.namespace}/${metadata.name}`),
      ),
      robots: newRobots,
      templates: templates.filter(isMissing),
      subscriptions: subscriptions.filter(isMissing),
    },
    existing: [...robots, ...templates, ...subscriptions].filter((each) => !isMissing(each)).map(nameOf),
  };
}

const secretManifest = ({ webhook, ...head }: CredentialsDraft): object[] =>
  webhook === undefined ? [] : [{ ...head, stringData: { webhook } }];

/**
 * YAML as people write it: texts of several lines as they are, no line folded.
 * @param comments by manifest, above it
 */
export function asYaml(
  manifests: readonly object[],
  comments: ReadonlyMap<object, string> = new Map(),
): string {
  return manifests
    .map((each) => {
      const document = new Document(each);
      const comment = comments.get(each);
      if (comment !== undefined) document.commentBefore = comment.replace(/^/gm, ' ');
      return document.toString({ lineWidth: 0 });
    })
    .join('---\n');
}
