import type { ApplicationCriteria } from '../../api/types.generated.ts';
import { selectorMatches } from '../../kubernetes/label-selector.ts';
import { globMatches } from '../../lib/glob.ts';
import type { SubscribableObject } from './annotations.ts';
import type { Resources } from './drafts.ts';

/** An Application with the fields that the criteria of adopted subscriptions ask for. */
interface SelectableApplication extends SubscribableObject {
  readonly spec?: { readonly project?: string } | null;
}

/** How many of these Applications the adopted subscriptions are about. */
export function subscribedApplications(
  { subscriptions }: Resources,
  applications: readonly SelectableApplication[],
): number {
  const criteria = subscriptions.flatMap(({ spec }) => spec.applications ?? []);
  return applications.filter((each) => criteria.some((one) => isMeant(one, each))).length;
}

function isMeant(
  { projects, names, namespaces, selector }: ApplicationCriteria,
  { metadata, spec }: SelectableApplication,
): boolean {
  const isOneOf = (value: string, patterns: readonly string[] | undefined): boolean =>
    patterns?.some((pattern) => globMatches(pattern, value)) ?? true;
  return (
    isOneOf(spec?.project ?? '', projects) &&
    isOneOf(metadata.name, names) &&
    isOneOf(metadata.namespace ?? 'default', namespaces) &&
    (!selector || selectorMatches(selector, metadata.labels ?? {}))
  );
}
