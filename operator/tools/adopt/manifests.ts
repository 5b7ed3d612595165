import { Document } from 'yaml';
import type { CredentialsDraft, Resources } from './drafts.ts';
import type { ExistingResource } from './origins.ts';

/** Replaces a credential that is not known or must not be shown. */
export const PLACEHOLDER = '<the robot’s webhook URL or access token>';

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

/** The manifests by file name, in the order in which the files are applied. */
export function adoptedFiles(resources: Resources, redact: boolean): ReadonlyMap<string, readonly object[]> {
  return new Map<string, readonly object[]>([
    ['credentials.yaml', resources.credentials.map((each) => secretManifest(each, redact))],
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

function secretManifest({ webhook, ...head }: CredentialsDraft, redact: boolean): object {
  return { ...head, stringData: { webhook: redact || webhook === undefined ? PLACEHOLDER : webhook } };
}

/** YAML as people write it: texts of several lines as they are, no line folded. */
export function asYaml(manifests: readonly object[]): string {
  return manifests.map((each) => new Document(each).toString({ lineWidth: 0 })).join('---\n');
}
