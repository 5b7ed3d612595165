import { resourceKey } from '../api/names.ts';
import type { LoadedResource } from './loaded-resource.ts';
import type { Violation } from './violation.ts';

/** Tells whether a resource was there before. A cluster has one of each kind and name: the last to be applied wins. */
export class Duplicates {
  readonly #seen = new Map<string, LoadedResource>();

  /** What is wrong with a resource that is not the first of its kind, namespace and name. */
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
