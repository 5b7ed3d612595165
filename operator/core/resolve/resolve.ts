import { argocdUrl } from '../argocd-url.ts';
import type { Inquiry } from '../gate/inquiry.ts';
import { resourceKey } from '../names.ts';
import type { Snapshot } from '../snapshot.ts';
import { accessOf } from './fence.ts';
import { type ResolvedRobot, resolveRobot } from './robots.ts';
import { reported } from './selection.ts';
import { type ResolvedSubscription, resolveSubscription } from './subscriptions.ts';
import { type ResolvedTemplate, resolveTemplate } from './templates.ts';

/** Every CR that the installation speaks for, with its verdict, each kind ordered by namespace and name. */
export interface Resolution {
  readonly robots: readonly ResolvedRobot[];
  readonly templates: readonly ResolvedTemplate[];
  readonly subscriptions: readonly ResolvedSubscription[];
  /** Where Argo CD's user interface is, without a slash at the end, if anybody says it. */
  readonly argocdUrl: string | undefined;
}

/**
 * References, fences and credentials → a verdict for each CR. A CR that is being deleted is already gone, and so is one of
 * a namespace that is not served.
 */
export function resolve(snapshot: Snapshot, inquiry: Inquiry): Resolution {
  const ours = <T extends Named>(resources: readonly T[]) => reported(inOrder(resources), snapshot);
  const robots = ours(snapshot.robots).map((cr) => resolveRobot(cr, snapshot));
  const templates = ours(snapshot.templates).map((cr) =>
    resolveTemplate(cr, snapshot, inquiry.of(cr.metadata.namespace)),
  );
  const url = argocdUrl(snapshot);
  const references = {
    robots: byName(robots),
    templates: byName(templates),
    access: accessOf(snapshot),
    argocdUrl: url,
    inquiry,
  };
  const subscriptions = ours(snapshot.subscriptions).map((cr) =>
    resolveSubscription(cr, references, snapshot),
  );
  return { robots, templates, subscriptions, argocdUrl: url };
}

type Named = {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly deletionTimestamp?: string;
  };
};

function inOrder<T extends Named>(resources: readonly T[]): T[] {
  return resources
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .sort((a, b) => (resourceKey(a) < resourceKey(b) ? -1 : 1));
}

function byName<T extends { readonly cr: Named }>(resolved: readonly T[]): Map<string, T> {
  return new Map(resolved.map((each) => [resourceKey(each.cr), each]));
}
