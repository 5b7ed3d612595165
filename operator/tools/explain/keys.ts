import type { Metadata } from '../../api/kinds.ts';
import { isTemplateKey } from '../../argocd/names.ts';
import { isMadeFrom, readProvenance } from '../../argocd/provenance.ts';
import { own } from '../../lib/own.ts';
import { type ClusterView, whoMends } from './cluster-view.ts';
import { ok, problem, type Step, unknown, warning } from './step.ts';

/** Whether keys of a resource stand in the ConfigMap as they should; one step if they all do. */
export function keySteps(keys: readonly string[], metadata: Metadata, sight: ClusterView): Step[] {
  const { configMap: name, namespace } = sight.snapshot.config.target;
  if (!sight.sees.configMap)
    return [
      unknown(`whether ${keys.join(' and ')} stand in ConfigMap ${namespace}/${name}: you may not read it`),
    ];
  const steps = keys.flatMap((key) => keyStep(key, metadata, sight) ?? []);
  if (steps.length > 0) return steps;
  return [ok(`${keys.join(' and ')} ${keys.length === 1 ? 'is' : 'are'} live and as wanted`)];
}

/** Undefined if the key stands there as planned. */
function keyStep(key: string, metadata: Metadata, sight: ClusterView): Step | undefined {
  const { generation } = metadata;
  const { snapshot, decision, presence, sees } = sight;
  const wanted = own(decision.plan.configMap, key);
  const live = own(snapshot.target.configMap?.data, key);
  if (live === wanted) return undefined;
  const { namespace, configMap } = snapshot.config.target;
  if (live === undefined)
    return problem(`ConfigMap ${namespace}/${configMap} has no key ${key}`, whoMends(presence));
  const provenance = readProvenance(live);
  if (!provenance || !isMadeFrom(provenance, { metadata }))
    return problem(`${key} is there, but not by this resource`, whoMends(presence));
  if (provenance.generation !== generation)
    return problem(
      `${key} is of generation ${provenance.generation}, and not of ${generation}`,
      whoMends(presence),
    );
  if (wanted !== undefined && provenance.hash !== readProvenance(wanted)?.hash)
    return warning(
      `${key} was made with other grants than this configuration gives`,
      "Give the operator's own configuration as --config.",
    );
  if (isTemplateKey(key) && !sees.argocdUrl && snapshot.config.argocd.url === undefined)
    return unknown(
      `whether ${key} is as it should be: it may hold the URL of argocd-cm, which you may not read`,
    );
  return problem(
    `${key} is not as it should be: somebody has edited it, or an operator of another version or configuration wrote it`,
    whoMends(presence),
  );
}
