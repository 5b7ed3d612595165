/**
 * Where Argo CD's notification configuration comes from, and what brings it back after the switch.
 *
 * In files, this file chooses the source: config-maps.ts, chart-values.ts (with helm-values.ts) and
 * notifications-configurations.ts read the three kinds of it, and texts.ts checks that values are text. In a cluster,
 * argocd-namespace.ts finds the ConfigMap. owners.ts names the tools that write the configuration again, advice.ts says in which
 * order to go on, and removable-lines.ts names the lines to take out. legacy.ts refuses the form before today's keys.
 */

import type { OperatorConfiguration } from '../../../config/config.ts';
import type { Manifest } from '../../../files/manifests.ts';
import { chartValuesIn } from './chart-values.ts';
import { configMapsIn } from './config-maps.ts';
import { notificationsConfigurationsIn } from './notifications-configurations.ts';
import { type ConfigurationSource, identityOf } from './source.ts';

/** The configuration that files have. */
export interface ChosenSource {
  readonly source: ConfigurationSource;
  /** Argo CD's namespace. */
  readonly namespace: string;
  /** Other sources of the same configuration in the files. */
  readonly behind: readonly ConfigurationSource[];
  /** Configurations of the same name in other namespaces. */
  readonly neighbours: readonly ConfigurationSource[];
}

/** Either a choice, or the reason against one, with the remedy. */
export type SourceChoice =
  | ({ readonly ok: true } & ChosenSource)
  | { readonly ok: false; readonly message: string };

type Target = OperatorConfiguration['target'];

/**
 * Chooses the configuration to adopt: the ConfigMap before the things it is made from. If nobody has said where Argo CD is, the
 * target's namespace goes before all others, and otherwise the only configuration counts.
 * @param isFixed whether the target's namespace is the one that the user has named
 */
export function chooseSource(manifests: readonly Manifest[], target: Target, isFixed: boolean): SourceChoice {
  const all = configMapsIn(manifests);
  const named = all.filter(({ of }) => of === target.configMap);
  const generators = [...notificationsConfigurationsIn(manifests), ...chartValuesIn(manifests)];
  // Argo CD's manifests have a ConfigMap without data, which other tools fill.
  const filled = named.filter(({ data, problems }) => Object.keys(data).length + problems.length > 0);
  const maps = generators.length > 0 ? filled : named;
  const pool = maps.length > 0 ? maps : generators;
  const home = target.namespace;
  const isHere = ({ namespace }: ConfigurationSource) => (namespace ?? home) === home;
  const here = pool.filter(isHere);
  const chosen = here.length > 0 || isFixed ? here : pool;
  const [source, ...more] = distinct(chosen);
  if (!source)
    return { ok: false, message: nothingFound(pool, all, target, isFixed) + overlayHint(manifests) };
  if (more.length > 0) return { ok: false, message: ambiguous([source, ...more]) };
  const namespace = source.namespace ?? (isFixed ? home : (secretNamespace(manifests, target) ?? home));
  return {
    ok: true,
    source,
    namespace,
    behind: generators.filter((each) => each !== source && (each.namespace ?? namespace) === namespace),
    neighbours: named.filter((each) => each !== source && (each.namespace ?? namespace) !== namespace),
  };
}

/** The same object twice, with the same content, is one. */
function distinct(sources: readonly ConfigurationSource[]): ConfigurationSource[] {
  const known = new Map<string, ConfigurationSource>();
  for (const each of sources) {
    const { kind, namespace, data, problems } = each;
    const key = JSON.stringify([kind, namespace, data, problems]);
    if (!known.has(key)) known.set(key, each);
  }
  return [...known.values()];
}

/** Where the Secret is, if the files have exactly one with a namespace. */
function secretNamespace(manifests: readonly Manifest[], { secret }: Target): string | undefined {
  const namespaces = manifests
    .map(identityOf)
    .flatMap(({ kind, name, namespace }) =>
      kind === 'Secret' && name === secret && namespace !== undefined ? [namespace] : [],
    );
  const [only, ...more] = [...new Set(namespaces)];
  return more.length === 0 ? only : undefined;
}

const MAX_SHOWN = 10;

function listed(sources: readonly ConfigurationSource[]): string {
  const shown = sources.slice(0, MAX_SHOWN).map(({ name, manifest }) => {
    const { line } = manifest.place('');
    return `${name} (${manifest.file}:${line})`;
  });
  const more = sources.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function ambiguous(sources: readonly ConfigurationSource[]): string {
  const isOneNamespace = new Set(sources.map(({ namespace }) => namespace)).size === 1;
  const remedy = isOneNamespace
    ? 'Name only the file that counts, or pass the result of an overlay: kustomize build OVERLAY | argocd-dingtalk adopt -f -'
    : "Name Argo CD's namespace as --argocd-namespace.";
  return `there is more than one configuration: ${listed(sources)}. ${remedy}`;
}

/** A Kustomization has its patches as text, and its resources elsewhere. */
const overlayHint = (manifests: readonly Manifest[]): string =>
  manifests.some((each) => identityOf(each).kind === 'Kustomization')
    ? ' For a Kustomization, pass its result: kustomize build OVERLAY | argocd-dingtalk adopt -f -'
    : '';

function nothingFound(
  pool: readonly ConfigurationSource[],
  all: readonly ConfigurationSource[],
  { namespace, configMap }: Target,
  isFixed: boolean,
): string {
  const missing = `no ConfigMap ${namespace}/${configMap} found`;
  if (isFixed && pool.length > 0)
    return `${missing}. There is ${listed(pool)}: name its namespace as --argocd-namespace, or as target.namespace in the file of --config.`;
  if (all.length > 0)
    return `${missing}. There is ${listed(all)}. If Argo CD reads that one, name it as target.configMap in a configuration file, and pass the file as --config.`;
  return (
    `${missing}, nor any other ConfigMap. adopt reads the ConfigMap, values of the Helm chart argo-cd (notifications.notifiers, ` +
    'templates, triggers and subscriptions), and NotificationsConfigurations of argocd-operator.'
  );
}
