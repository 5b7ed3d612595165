import satisfies from 'spdx-satisfies';
import type { PackageInside } from '../operator/bundle/licences.ts';

/**
 * The licences that a package in a program of ours may have: they let Apache-2.0 stand for the whole. MPL-2.0 asks for
 * the sources of its own files alone, which are unchanged and public.
 */
export const ALLOWED = ['Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MPL-2.0'] as const;

/** A line for each package whose licence is not among {@link ALLOWED}, with what to do. */
export function refusedLicences(packages: readonly PackageInside[]): string[] {
  return packages
    .filter(({ licence }) => !isAllowed(licence))
    .map(({ name, version, licence }) =>
      licence
        ? `${name} ${version} has the licence ${licence}, which release/licences.ts does not allow. Replace the package, or allow the licence after a review.`
        : `${name} ${version} has no licence that is recognised. Read its text, and replace the package unless the text is allowed.`,
    );
}

/** A text that is no SPDX expression is no licence that is known. */
function isAllowed(licence: string): boolean {
  try {
    return satisfies(licence, [...ALLOWED]);
  } catch {
    return false;
  }
}
