import { resourceKey } from '../../api/names.ts';
import { projectSubscriptions, readProjectSubscriptions } from '../../argocd/project-annotation.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { globMatches } from '../../lib/glob.ts';
import type { Faults } from '../model/faults.ts';
import type { ResolvedSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Placed } from './candidate.ts';
import type { SubscriptionPlacement } from './placements.ts';

/**
 * The AppProjects whose annotations subscribe for a subscription, by `namespace/name`. Any other subscription has its entry.
 */
export type ProjectRoutes = ReadonlyMap<string, readonly string[]>;

/**
 * The subscriptions that take effect by annotations on AppProjects, where the installation wants that: those to projects that
 * exist and are granted to their namespace. A subscription with a selector is as cheap with an entry. Where the newest version
 * is refused, the live one stays where it is.
 */
export function projectRoutes(
  placed: readonly Placed[],
  { config, target: { projects: known } }: Snapshot,
  faults: Faults,
): ProjectRoutes {
  const routes = new Map<string, readonly string[]>();
  if (config.routing.projects !== 'Annotation' || !known) return routes;
  const live = liveByProject(known);
  for (const { subscription, plan } of placed) {
    const isCurrent = subscription.verdict.rollout === 'current';
    const wanted = () => wantedProjects(subscription, known);
    const projects = isCurrent
      ? (faults.guard(subscription.cr, wanted, () => []) ?? [])
      : [...live].flatMap(([project, sends]) => (isLiveIn(sends, plan.entry) ? [project] : []));
    if (projects.length > 0 && plan.entry.selector === undefined) {
      routes.set(resourceKey(subscription.cr), projects);
    }
  }
  return routes;
}

/** The entries of the shared key, and the annotations by AppProject. */
export interface RoutedEntries {
  readonly entries: readonly SubscriptionEntry[];
  readonly projects: ReadonlyMap<string, string>;
}

/**
 * Puts the entries where they belong. An entry stays in the shared key until the annotation that replaces it is live: Argo CD
 * sends once to a recipient that it finds twice. So no message is lost if an AppProject can't be written.
 */
export function routedEntries(
  placements: ReadonlyMap<string, SubscriptionPlacement>,
  routes: ProjectRoutes,
  { target }: Snapshot,
): RoutedEntries {
  const live = liveByProject(target.projects ?? new Map());
  const entries: SubscriptionEntry[] = [];
  const projects = new Map<string, SubscriptionEntry[]>();
  for (const [key, { entry }] of placements) {
    const own = routes.get(key) ?? [];
    const isThere = own.length > 0 && own.every((project) => isLiveIn(live.get(project), entry));
    if (!isThere) entries.push(entry);
    for (const project of own) projects.set(project, [...(projects.get(project) ?? []), entry]);
  }
  const texts = [...projects].map(([name, list]): [string, string] => [name, projectSubscriptions(list)]);
  return { entries, projects: new Map(texts) };
}

function wantedProjects(
  { cr, granted }: ResolvedSubscription,
  known: NonNullable<Snapshot['target']['projects']>,
): readonly string[] {
  const projects = [...new Set(cr.spec.applications.projects ?? [])];
  // A namespace must not get its subscriptions onto a project that is not granted to it.
  const isGranted = (project: string) => granted.some((pattern) => globMatches(pattern, project));
  return projects.every((project) => isGranted(project) && known.has(project)) ? projects : [];
}

type Sends = ReadonlySet<string>;

const send = (trigger: string, recipient: string): string => `${trigger} ${recipient}`;
const sendsOf = ({ triggers, recipients }: SubscriptionEntry): string[] =>
  triggers.flatMap((trigger) => recipients.map((recipient) => send(trigger, recipient)));

function liveByProject(projects: NonNullable<Snapshot['target']['projects']>): Map<string, Sends> {
  return new Map(
    [...projects].map(([name, { annotation }]) => [
      name,
      new Set(readProjectSubscriptions(annotation).flatMap(sendsOf)),
    ]),
  );
}

const isLiveIn = (sends: Sends | undefined, entry: SubscriptionEntry): boolean =>
  sends !== undefined && sendsOf(entry).every((each) => sends.has(each));
