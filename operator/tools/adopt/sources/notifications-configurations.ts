import { CONTEXT_KEY } from '../../../argocd/names.ts';
import { operatorContext } from '../../../argocd/rendered-values.ts';
import { yamlFields } from '../../../argocd/yaml-value.ts';
import { listEvery, orNone, orUnseen } from '../../../cluster/cluster-reader.ts';
import type { Manifest } from '../../../files/manifests.ts';
import type { ApiCall } from '../../../kubernetes/request.ts';
import type { OwnerFacts } from './owner-facts.ts';
import { type ConfigurationSource, type FieldPlace, identityOf } from './source.ts';
import { oneRecord, readTexts } from './texts.ts';

/** The maps that argocd-operator puts into the ConfigMap one after the other. */
const MAPS = ['triggers', 'templates', 'services', 'subscriptions'] as const;

/** The keys of the ConfigMap that argocd-operator makes of such a resource. */
function keysOfConfiguration(spec: unknown): string[] {
  const { context, ...maps } = yamlFields(spec);
  const keys = MAPS.flatMap((each) => Object.keys(yamlFields(maps[each])));
  return [...new Set(context ? [...keys, CONTEXT_KEY] : keys)];
}

/**
 * The names and keys of such resources in a namespace of a cluster. A caller may have no right to list a kind that almost no cluster
 * has, so that is no problem: argocd-operator also leaves an owner reference on the ConfigMap.
 * @throws every other error of a request
 */
export async function readConfigurations(
  request: ApiCall,
  namespace: string,
): Promise<OwnerFacts['configurations']> {
  const address = {
    group: 'argoproj.io',
    version: 'v1alpha1',
    plural: 'notificationsconfigurations',
    namespace,
  };
  const found = await orUnseen(orNone(listEvery(request, address)), () => undefined);
  return (found ?? []).map((each) => ({
    name: `${namespace}/${each.metadata.name}`,
    keys: keysOfConfiguration(yamlFields(each).spec),
  }));
}

/** The same of sources in files. */
export const configurationsAmong = (sources: readonly ConfigurationSource[]): OwnerFacts['configurations'] =>
  sources.flatMap(({ kind, name, places }) =>
    kind === 'NotificationsConfiguration'
      ? [{ name: name.slice(kind.length + 1), keys: [...places.keys()] }]
      : [],
  );

/** The resources of argocd-operator and OpenShift GitOps that the ConfigMap of their namespace is made from. */
export function notificationsConfigurationsIn(manifests: readonly Manifest[]): ConfigurationSource[] {
  return manifests.flatMap((manifest): ConfigurationSource[] => {
    const { kind, name, namespace } = identityOf(manifest);
    if (kind !== 'NotificationsConfiguration') return [];
    const { spec } = yamlFields(manifest.value);
    const { context, ...maps } = yamlFields(spec);
    const read = MAPS.map((each) => readTexts(manifest, `spec.${each}`, maps[each]));
    const rest = readTexts(manifest, 'spec.context', context);
    const at: [string, readonly FieldPlace[]] = [CONTEXT_KEY, [{ manifest, field: 'spec.context' }]];
    return [
      {
        name: `NotificationsConfiguration ${namespace === undefined ? '' : `${namespace}/`}${name}`,
        kind: 'NotificationsConfiguration',
        namespace,
        data: oneRecord([
          ...read.map(({ texts }) => texts),
          context ? { [CONTEXT_KEY]: operatorContext(rest.texts) } : {},
        ]),
        secret: {},
        secretPlaces: new Map(),
        places: new Map([...read.flatMap(({ places }) => [...places]), ...(context ? [at] : [])]),
        problems: [...read, rest].flatMap(({ problems }) => problems),
        notes: [],
        manifest,
      },
    ];
  });
}
