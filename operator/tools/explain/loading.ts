import { parseKey } from '../../argocd/names.ts';
import type { Outcome } from '../../engine/types.ts';
import { type ClusterView, operatorHint } from './cluster-view.ts';
import { ok, problem, type Step, unknown } from './step.ts';

/**
 * Whether Argo CD's engine loads the whole ConfigMap; if it doesn't, Argo CD sends no notifications at all.
 * @param answer the engine's, about the whole live ConfigMap; undefined if there is none to ask about
 */
export function loadingSteps(cluster: ClusterView, answer: Outcome<'check'> | undefined): Step[] {
  const { decision, presence, sees, snapshot } = cluster;
  const { namespace, configMap } = snapshot.config.target;
  const name = `ConfigMap ${namespace}/${configMap}`;
  if (!sees.configMap)
    return [unknown(`cannot tell whether Argo CD's engine loads ${name}: you may not read it`)];
  if (!answer)
    return [
      problem(
        `${name} does not exist`,
        "Install Argo CD's notifications, or name Argo CD's namespace as --argocd-namespace.",
      ),
    ];
  if (answer.ok) return [ok(`Argo CD's engine loads all of ${name}`)];
  if (answer.killed) return [problem(`Argo CD's engine did not finish loading ${name}: ${answer.message}`)];
  if (decision.foreign.length > 0)
    return decision.foreign.map(({ message }) =>
      problem(message, 'The owner of the ConfigMap has to correct or remove the key.'),
    );
  return answer.errors.map(({ key, message }) => {
    const isOurs = key !== undefined && parseKey(key) !== undefined;
    return problem(
      `${name}, key ${key ?? '(none in particular)'}: Argo CD's engine refuses it, so nobody is notified: ${message}`,
      isOurs ? operatorHint(presence) : undefined,
    );
  });
}
