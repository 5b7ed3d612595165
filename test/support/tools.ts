import { missingTools, type Tools, toolsLayout } from '../cluster/layout.ts';

export type { Tools } from '../cluster/layout.ts';

/**
 * Finds the programs and manifests of the test bed that `make tools` built (or that `KUBEBUILDER_ASSETS` brings).
 * Nothing is built here.
 *
 * @throws Error that names what is missing and the remedy, `make tools`.
 */
export function locateTools(environment: NodeJS.ProcessEnv = process.env): Tools {
  const layout = toolsLayout(environment);
  const missing = missingTools(layout);
  if (missing.length > 0) {
    throw new Error(`the test bed is not complete, run 'make tools'; missing: ${missing.join(', ')}`);
  }
  return layout.tools;
}
