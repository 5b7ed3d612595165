import type { Metafile } from '../operator/bundle/bundle.ts';
import { type PackageInside, packagesInside } from '../operator/bundle/licences.ts';
import { goModulesInside } from './go-modules.ts';
import { REPOSITORY } from './project.ts';

/** All that the programs of a release consist of, beside this project's own sources. */
export interface Components {
  readonly npm: readonly PackageInside[];
  /** On any platform of a release. */
  readonly go: readonly PackageInside[];
}

/** @param metafile of the bundle */
export async function componentsOf(metafile: Metafile): Promise<Components> {
  return {
    npm: await packagesInside(REPOSITORY, Object.keys(metafile.inputs)),
    go: await goModulesInside(),
  };
}
