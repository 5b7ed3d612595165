import { resourceKey } from '../api/names.ts';
import { own } from '../lib/own.ts';
import { type CrdCheck, crdChecks } from './crd-check.ts';
import { type LintFinding, violationFinding } from './finding.ts';
import type { LoadedResource } from './loaded-resource.ts';
import type { Manifest } from './manifests.ts';
import { loadResources } from './snapshot.ts';
import { unknownKinds } from './unknown-kinds.ts';
import type { Violation } from './violation.ts';

/** The operator's custom resources in files, and the API server's judgement of them by the CRDs. */
export interface Validated {
  readonly all: readonly LoadedResource[];
  /** The resources that the API server would accept. */
  readonly valid: readonly LoadedResource[];
  readonly findings: readonly LintFinding[];
}

/** @param defaultNamespace the namespace of a manifest without one */
export async function validate(manifests: readonly Manifest[], defaultNamespace: string): Promise<Validated> {
  const checks = await crdChecks();
  const duplicates = new Duplicates();
  const checked = loadResources(manifests, defaultNamespace).map(({ manifest, resource: written }) => {
    const check = own(checks, written.kind) as CrdCheck;
    const each = { manifest, resource: check.stored(written) };
    return { each, violations: [...duplicates.violations(each), ...check.violations(each.resource)] };
  });
  const refused = checked.flatMap(({ each, violations }) =>
    violations.map((violation) => violationFinding(each, violation)),
  );
  return {
    all: checked.map(({ each }) => each),
    valid: checked.filter(({ violations }) => violations.length === 0).map(({ each }) => each),
    findings: [...unknownKinds(manifests), ...refused],
  };
}

/**
 * Checks whether a resource was there before. A cluster has one of each kind and name: the last one that is applied
 * wins.
 */
class Duplicates {
  readonly #seen = new Map<string, LoadedResource>();

  /** The problem of a resource that is not the first of its kind, namespace and name. */
  violations(each: LoadedResource): Violation[] {
    const { resource } = each;
    const key = `${resource.kind}/${resourceKey(resource)}`;
    const first = this.#seen.get(key);
    if (!first) {
      this.#seen.set(key, each);
      return [];
    }
    const { line } = first.manifest.place('metadata.name');
    return [
      {
        reason: 'DuplicateResource',
        field: 'metadata.name',
        message: `${first.manifest.file}:${line} already contains the same resource`,
        hint: 'Remove one of the two resources, or give it another name. With overlays, lint the output of kustomize build.',
      },
    ];
  }
}
