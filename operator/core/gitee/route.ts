import type { GiteeSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import type { GiteeRouteSpec, RelayRoute } from '../../api/relay-route.ts';
import { eventKeyName, templateKey } from '../../argocd/names.ts';
import { formatProvenance, provenanceOf, readProvenance, shortHash } from '../../argocd/provenance.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { own, setOwn } from '../../lib/own.ts';
import { compileTemplates } from '../compile/templates.ts';
import { liveRoutes } from '../model/live-routes.ts';
import type {
  ResolvedGiteeEvent,
  ResolvedGiteeSubscription,
  ResolvedRobot,
  ResolvedTemplate,
} from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { withLiveMessages, withLiveZones } from '../plan/live-messages.ts';
import { routedRobot } from '../relay/route-spec.ts';
import { routeKeys } from '../relay/virtual-target.ts';
import { mayUse } from '../resolve/sharing.ts';
import { baseUrlOf, isAllowedHost } from './repository.ts';

type LiveGiteeRoute = RelayRoute<GiteeRouteSpec> | undefined;

/** The route that exists of this very subscription. One that was deleted and made again is another one. */
export function liveGiteeRoute(cr: GiteeSubscription, snapshot: Pick<Snapshot, 'relay'>): LiveGiteeRoute {
  const route = liveRoutes(snapshot).gitee.bySubscription.get(resourceKey(cr));
  return route?.spec.subscription.uid === cr.metadata.uid ? route : undefined;
}

/** The route of a newest generation, before the engine judges its templates. */
export interface GiteeDraft {
  readonly spec: GiteeRouteSpec;
  /** Whether the live route has these templates already. */
  readonly isLive: boolean;
}

/** No permission goes into the templates of a route about Gitee, but for the consent of a template's owner. */
const ACCESS = shortHash('gitee');

/** The route of a subscription that resolved; the same object as long as nothing has changed. */
export const draftGitee = (subscription: ResolvedGiteeSubscription, live: LiveGiteeRoute): GiteeDraft =>
  drafts.get(subscription, [live], () => compileGitee(subscription, live));

const drafts = new ObjectMemo<ResolvedGiteeSubscription, GiteeDraft>();

function compileGitee(subscription: ResolvedGiteeSubscription, live: LiveGiteeRoute): GiteeDraft {
  const { cr, events } = subscription;
  const { namespace, name, uid, generation } = cr.metadata;
  const { gitee } = cr.spec;
  const before = new Map((live ? routeKeys(live) : []).map((each) => [each.key, each]));
  const robots = withLiveZones(subscription.robots, before);
  const markFor = (event?: ResolvedGiteeEvent) =>
    formatProvenance(provenanceOf(cr.metadata, ACCESS, event?.sharedTemplate));
  const { values, sentBy } = compileTemplates({ cr, events, robots }, markFor, undefined);
  const configMap: Record<string, string> = {};
  for (const [template, value] of Object.entries(withLiveMessages(values, robots, before)))
    setOwn(configMap, templateKey(template), value);
  return {
    spec: {
      subscription: { namespace, name, uid, generation },
      gitee: {
        baseUrl: baseUrlOf(gitee),
        repository: gitee.repository,
        ...(gitee.branches && { branches: gitee.branches }),
        ...(gitee.tags && { tags: gitee.tags }),
      },
      configMap,
      events: events.map((event) => ({
        name: event.name,
        trigger: eventKeyName(namespace, name, event.name),
        catalogueName: event.giteeTrigger,
        ...(event.actions && { actions: event.actions }),
        templates: sentBy(event),
      })),
      robots: robots.map((robot) => routedRobot(robot, knownRobot(robot, live))),
    },
    isLive: Object.entries(configMap).every(([key, value]) => own(live?.spec.configMap, key) === value),
  };
}

const knownRobot = ({ service }: ResolvedRobot, live: LiveGiteeRoute) =>
  live?.spec.robots.find((each) => each.service === service);

/** The facts that decide what may stay of a live route. */
export interface Staying {
  readonly robots: ReadonlyMap<string, ResolvedRobot>;
  readonly templates: ReadonlyMap<string, ResolvedTemplate>;
  readonly config: Pick<OperatorConfiguration, 'gitee'>;
}

/**
 * The live route of a subscription whose newest generation does not count, without the robots that are gone, and without the events
 * whose templates are not shared any more. Undefined if nothing may stay. Nobody keeps a permission by breaking their own resource.
 */
export function lastGoodRoute(
  { cr }: Pick<ResolvedGiteeSubscription, 'cr'>,
  live: LiveGiteeRoute,
  { robots, templates, config }: Staying,
): GiteeRouteSpec | undefined {
  if (!live || !isAllowedHost(live.spec.gitee.baseUrl, config)) return undefined;
  const { namespace } = cr.metadata;
  const byService = new Map([...robots.values()].map((robot) => [robot.service, robot]));
  const recipients = live.spec.robots.flatMap((known) => {
    const robot = byService.get(known.service);
    const isUsable = robot && robot.verdict.rollout !== 'none' && mayUse(namespace, robot.cr);
    return isUsable ? [routedRobot(robot, known)] : [];
  });
  const isWithdrawn = (value: string | undefined): boolean => {
    const template = value === undefined ? undefined : readProvenance(value)?.template;
    const shared = template === undefined ? undefined : templates.get(template);
    return shared !== undefined && !mayUse(namespace, shared.cr);
  };
  const configMap = Object.fromEntries(
    Object.entries(live.spec.configMap).filter(([, value]) => !isWithdrawn(value)),
  );
  const events = live.spec.events.filter((event) =>
    event.templates.every((name) => own(configMap, templateKey(name)) !== undefined),
  );
  if (recipients.length === 0 || events.length === 0) return undefined;
  return { ...live.spec, configMap, events, robots: recipients };
}
