import { parseKey } from '../../argocd/names.ts';
import type { Outcome } from '../../engine/types.ts';
import { type ClusterView, whoMends } from './cluster-view.ts';
import { ok, problem, type Step, unknown } from './step.ts';

/**
 * Whether Argo CD's engine loads the whole ConfigMap; if it doesn't, nobody is notified of anything.
 * @param answer the engine's, about the whole live ConfigMap; undefined if there is none to ask about
 */
export function loadingSteps(cluster: ClusterView, answer: Outcome<'check'> | undefined): Step[] {
  const { decision, presence, sees, snapshot } = cluster;
  const { namespace, configMap } = snapshot.config.target;
  const name = `ConfigMap ${namespace}/${configMap}`;
  if (!sees.configMap) return [unknown(`whether Argo CD's engine loads ${name}: you may not read it`)];
  if (!answer)
    return [
      problem(
        `${name} does not exist`,
        "Install Argo CD's notifications, or give the operator's configuration as --config.",
      ),
    ];
  if (answer.ok) return [ok(`Argo CD's engine loads all of ${name}`)];
  if (answer.killed)
    return [problem(`Argo CD's engine does not come to an end with ${name}: ${answer.message}`)];
  if (decision.foreign.length > 0)
    return decision.foreign.map(({ message }) =>
      problem(message, 'Whoever looks after the ConfigMap has to mend or remove the key.'),
    );
  return answer.errors.map(({ key, message }) => {
    const isOurs = key !== undefined && parseKey(key) !== undefined;
    return problem(
      `${name}, key ${key ?? '(none in particular)'}: Argo CD's engine refuses it, so that nobody is notified: ${message}`,
      isOurs ? whoMends(presence) : undefined,
    );
  });
}
