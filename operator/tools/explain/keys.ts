import type { Metadata } from '../../api/kinds.ts';
import { isTemplateKey, parseKey } from '../../argocd/names.ts';
import { isMadeFrom, readProvenance } from '../../argocd/provenance.ts';
import { own } from '../../lib/own.ts';
import { type ClusterView, operatorHint } from './cluster-view.ts';
import { ok, problem, type Step, unknown, warning } from './step.ts';

/** Whether the ConfigMap has the keys of a resource as planned; one step if it has all of them. */
export function keySteps(keys: readonly string[], metadata: Metadata, cluster: ClusterView): Step[] {
  const { configMap: name, namespace } = cluster.snapshot.config.target;
  if (!cluster.sees.configMap)
    return [
      unknown(`${keys.join(' and ')} in ConfigMap ${namespace}/${name}: you may not read the ConfigMap`),
    ];
  const steps = keys.flatMap((key) => keyStep(key, metadata, cluster) ?? []);
  if (steps.length > 0) return steps;
  return [ok(`${keys.join(' and ')} ${keys.length === 1 ? 'is' : 'are'} live and as wanted`)];
}

/** Undefined if the ConfigMap has the key as planned. */
function keyStep(key: string, metadata: Metadata, cluster: ClusterView): Step | undefined {
  const { generation } = metadata;
  const { snapshot, decision, presence, sees } = cluster;
  const wanted = own(decision.plan.configMap, key);
  const live = own(snapshot.target.configMap?.data, key);
  if (live === wanted) return undefined;
  const { namespace, configMap } = snapshot.config.target;
  if (live === undefined)
    return problem(`ConfigMap ${namespace}/${configMap} has no key ${key}`, operatorHint(presence));
  const provenance = readProvenance(live);
  if (!provenance || !isMadeFrom(provenance, { metadata }))
    return problem(`${key} exists, but was not made from this resource`, operatorHint(presence));
  if (provenance.generation !== generation)
    return problem(
      `${key} was made from generation ${provenance.generation}, not ${generation}`,
      operatorHint(presence),
    );
  const dependsOnGrants = parseKey(key)?.kind === 'subscription';
  if (!sees.settings || (dependsOnGrants && !sees.grants))
    return unknown(
      `${key} was made from this generation; the configuration that decides its content is not known`,
    );
  if (wanted !== undefined && provenance.hash !== readProvenance(wanted)?.hash)
    return warning(
      `${key} was made with other grants than this configuration has`,
      'Give the configuration of the running operator as --config, or read the one that it has published, without --config.',
    );
  if (isTemplateKey(key) && !sees.argocdUrl && snapshot.config.argocd.url === undefined)
    return unknown(`${key} cannot be checked: it may contain the URL of argocd-cm, which you may not read`);
  return problem(
    `${key} differs from the planned value: somebody has edited it, or an operator of another version or configuration has written it`,
    operatorHint(presence),
  );
}
