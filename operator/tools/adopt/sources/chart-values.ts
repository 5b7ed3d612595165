import {
  CONTEXT_KEY,
  isDefaultTriggersKey,
  isServiceKey,
  isTemplateKey,
  isTriggerKey,
  SUBSCRIPTIONS_KEY,
} from '../../../argocd/names.ts';
import { chartContext, chartSubscriptions } from '../../../argocd/rendered-values.ts';
import { yamlFields } from '../../../argocd/yaml-value.ts';
import type { Manifest } from '../../../files/manifests.ts';
import { type HelmValues, helmValuesIn } from './helm-values.ts';
import { type ConfigurationSource, describePlace, type FieldPlace } from './source.ts';
import { oneRecord, readTexts } from './texts.ts';

/** The maps of the values that the chart puts into the ConfigMap as they are. */
const MAPS = ['notifiers', 'templates', 'triggers'] as const;

/** The notification part of values: `notifications` of the chart argo-cd, or the top of the older chart argocd-notifications. */
interface ChartPart extends HelmValues {
  readonly part: Readonly<Record<string, unknown>>;
  readonly domain: unknown;
}

/**
 * The configuration in values of the Helm charts argo-cd and argocd-notifications, also below the name of a dependency. Several
 * files of values count as Helm takes them: a later one adds to an earlier one, and replaces the keys that both have.
 */
export function chartValuesIn(manifests: readonly Manifest[]): ConfigurationSource[] {
  const parts = helmValuesIn(manifests).flatMap(partsOf).filter(makesConfigMap);
  const read = parts.map(sourceOf);
  const files = read.filter((_, index) => parts[index]?.namespace === undefined);
  const others = read.filter((_, index) => parts[index]?.namespace !== undefined);
  return [...(files.length > 1 ? [merged(files)] : files), ...others];
}

function partsOf(each: HelmValues): ChartPart[] {
  const domainOf = (values: unknown) => yamlFields(yamlFields(values).global).domain;
  const below = (path: string, values: unknown) =>
    Object.entries(yamlFields(values)).map(([name, value]) => ({
      path: `${path}${name}.`,
      value: yamlFields(value),
    }));
  const domain = domainOf(each.values);
  const ofDependencies = below(each.path, each.values).flatMap(({ path, value }) => [
    { path, part: value, domain },
    {
      path: `${path}notifications.`,
      part: yamlFields(value.notifications),
      domain: domainOf(value) ?? domain,
    },
  ]);
  return [{ path: each.path, part: each.values, domain }, ...ofDependencies]
    .filter(({ part }) => isNotificationPart(part))
    .map((found) => ({ ...each, ...found }));
}

const isKey = (key: string): boolean =>
  isServiceKey(key) || isTemplateKey(key) || isTriggerKey(key) || isDefaultTriggersKey(key);

function isNotificationPart(part: Readonly<Record<string, unknown>>): boolean {
  const { subscriptions } = part;
  const isList =
    Array.isArray(subscriptions) && subscriptions.some((each) => 'recipients' in yamlFields(each));
  return isList || MAPS.some((each) => Object.keys(yamlFields(part[each])).some(isKey));
}

const makesConfigMap = ({ part }: ChartPart): boolean =>
  part.enabled !== false && yamlFields(part.cm).create !== false;

function sourceOf({ manifest, path, part, domain, namespace }: ChartPart): ConfigurationSource {
  const read = MAPS.map((each) => readTexts(manifest, `${path}${each}`, part[each]));
  const secret = readTexts(manifest, `${path}secret.items`, yamlFields(part.secret).items);
  const at = (field: string): readonly FieldPlace[] => [{ manifest, field: `${path}${field}` }];
  const list = listOf(part.subscriptions);
  const url = part.argocdUrl ?? (typeof domain === 'string' ? `https://${domain}` : undefined);
  const hasContext = url !== undefined || part.context !== undefined;
  const problems = [...read, secret].flatMap((each) => each.problems);
  if (list === undefined) {
    const place = describePlace({ manifest, field: `${path}subscriptions` });
    problems.push(
      `${place}: ${path}subscriptions: the chart takes a list there. Remove the | behind the colon.`,
    );
  }
  return {
    name: 'Helm values',
    kind: 'values',
    namespace,
    data: oneRecord([
      hasContext ? { [CONTEXT_KEY]: chartContext(`${url ?? ''}`, part.context) } : {},
      ...read.map(({ texts }) => texts),
      list && list.length > 0 ? { [SUBSCRIPTIONS_KEY]: chartSubscriptions(list) } : {},
    ]),
    secret: secret.texts,
    secretPlaces: secret.places,
    places: new Map([
      ...read.flatMap(({ places }) => [...places]),
      [CONTEXT_KEY, at('context')] as const,
      ...(list && list.length > 0 ? [[SUBSCRIPTIONS_KEY, at('subscriptions')] as const] : []),
    ]),
    problems,
    notes: [],
    manifest,
  };
}

const listOf = (value: unknown): readonly unknown[] | undefined =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : undefined;

function merged(sources: readonly ConfigurationSource[]): ConfigurationSource {
  const [first] = sources as [ConfigurationSource];
  const together = (placesOf: (each: ConfigurationSource) => ConfigurationSource['places']) => {
    const found = new Map<string, FieldPlace[]>();
    for (const [key, places] of sources.flatMap((each) => [...placesOf(each)]))
      found.set(key, [...(found.get(key) ?? []), ...places]);
    return found;
  };
  const files = sources.map(({ manifest }) => manifest.file).join(', ');
  return {
    ...first,
    data: oneRecord(sources.map(({ data }) => data)),
    secret: oneRecord(sources.map(({ secret }) => secret)),
    places: together(({ places }) => places),
    secretPlaces: together(({ secretPlaces }) => secretPlaces),
    problems: sources.flatMap(({ problems }) => problems),
    notes: [`the values of these files are merged in this order, as Helm does: ${files}`],
  };
}
