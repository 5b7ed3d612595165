import { eventually } from '../../operator/lib/testing/eventually.ts';
import type { ControlPlane } from './control-plane.ts';

/**
 * Waits until the API server has taken CRDs into service.
 *
 * @param names as in `kubectl get crd`: `applications.argoproj.io`
 * @throws Error with kubectl's words after 30 s.
 */
export async function waitForCrds(
  controlPlane: Pick<ControlPlane, 'kubectl'>,
  names: readonly string[],
): Promise<void> {
  const crds = names.map((name) => `crd/${name}`);
  const wait = ['wait', '--for=condition=Established', '--timeout=5s', ...crds];
  // Again and again, because `kubectl wait` fails at once on an object so new that it has no conditions yet.
  await eventually(`${names.join(', ')} to be established`, () => controlPlane.kubectl(wait), {
    timeoutMs: 30_000,
  });
}
