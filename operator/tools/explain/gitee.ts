import type { GiteeSubscription } from '../../api/kinds.ts';
import { objectKey, resourceKey } from '../../api/names.ts';
import { relayRouteName } from '../../api/relay-route.ts';
import { joinedUrl } from '../../argocd/service-value.ts';
import { giteeEventKind } from '../../core/gitee/events.ts';
import { baseUrlOf, isNative } from '../../core/gitee/repository.ts';
import { liveGiteeRoute } from '../../core/gitee/route.ts';
import { eventName } from '../../core/resolve/event-name.ts';
import { type ClusterView, operatorHint } from './cluster-view.ts';
import { unseenRobotSteps, usesUnseen, withoutRefusal } from './elsewhere.ts';
import { loadedStep } from './relay.ts';
import { plannedRouteStep } from './relayed-event.ts';
import { resourceSteps } from './resource.ts';
import { robotSteps } from './robot.ts';
import { ok, problem, type Step, unknown, warning } from './step.ts';
import type { Section } from './subscription.ts';

/**
 * A subscription about a Gitee repository on its way to the repository's hook and to the relay. Gitee itself is not asked.
 * @param events the names of the events to explain
 */
export function giteeSections(
  cr: GiteeSubscription,
  events: readonly string[],
  cluster: ClusterView,
): Section[] {
  const { namespace } = cr.metadata;
  const resolved = cluster.decision.resolution.gitee.find((each) => resourceKey(each.cr) === resourceKey(cr));
  const isBlind = usesUnseen(cr, cluster);
  const verdict = isBlind ? withoutRefusal(resolved?.verdict) : resolved?.verdict;
  return [
    {
      about: `NotificationSubscription ${resourceKey(cr)}`,
      steps: resourceSteps(cr, verdict, cluster),
    },
    ...cr.spec.robots.map(({ name, namespace: owner = namespace }) => ({
      about: `robot ${objectKey(owner, name)}`,
      steps: isBlind && owner !== namespace ? unseenRobotSteps(owner) : robotSteps(owner, name, cluster),
    })),
    {
      about: `repository ${baseUrlOf(cr.spec.gitee)}/${cr.spec.gitee.repository}`,
      steps: hookSteps(cr, cluster),
    },
    ...events.map((name) => ({ about: `event ${name}`, steps: eventSteps(name, cr, cluster) })),
    ...(isNative(cr) ? [] : [{ about: 'the relay', steps: relaySteps(cr, cluster) }]),
  ];
}

/** The path of the relay's door for Gitee, below its public URL. */
const DOOR = '/gitee';

/** Where Gitee posts to, and the hooks that the operator has made. */
function hookSteps(cr: GiteeSubscription, { snapshot, presence }: ClusterView): Step[] {
  const { namespace, name } = cr.metadata;
  const { publicURL } = snapshot.config.gitee;
  const way = isNative(cr)
    ? ok('Gitee itself sends its own messages to the robots, by their webhooks and signing secrets')
    : publicURL === undefined
      ? unknown('Gitee posts to the relay; this command does not know gitee.publicURL')
      : ok(`Gitee posts to the relay, at ${joinedUrl(publicURL, `${DOOR}/${namespace}/${name}`)}`);
  const made = cr.status?.gitee?.hooks ?? [];
  const steps = made.map(({ id, robot, baseUrl, repository }) => {
    const to = robot === '' ? 'the relay' : `DingTalkRobot ${robot}`;
    const place = `${baseUrl}/${repository}`;
    if (id === undefined)
      return warning(`the operator is making a hook of ${place} for ${to}`, operatorHint(presence));
    const isHere = baseUrl === baseUrlOf(cr.spec.gitee) && repository === cr.spec.gitee.repository;
    return isHere
      ? ok(`the operator has made hook ${id} for ${to}`)
      : warning(
          `hook ${id} of ${place} for ${to} is of an older generation, and still there`,
          operatorHint(presence),
        );
  });
  if (made.length > 0 || cr.spec.suspend) return [way, ...steps];
  return [
    way,
    problem(
      'the operator has made no hook of the repository: see Hooked of the subscription',
      operatorHint(presence),
    ),
  ];
}

/** The event, and whether the route has it. */
function eventSteps(event: string, cr: GiteeSubscription, cluster: ClusterView): Step[] {
  const spec = cr.spec.events.find((each) => eventName(each) === event);
  const { trigger = '', actions = giteeEventKind(trigger)?.actions ?? [] } = spec ?? {};
  const what = ok(`${trigger}: ${actions.join(', ')}${filterText(trigger, cr)}`);
  if (isNative(cr)) return [what];
  const wanted = cluster.decision.plan.giteeRoutes.get(
    relayRouteName(cr.metadata.namespace, cr.metadata.name),
  );
  if (!wanted && (!cluster.sees.settings || usesUnseen(cr, cluster)))
    return [what, unknown('the route cannot be checked: this command does not see all that it is made of')];
  if (!wanted) return [what, problem('the relay may have no route for the event: see the subscription')];
  if (!wanted.events.some(({ name }) => name === event))
    return [what, warning('the live version of the subscription has no such event: see the subscription')];
  return [what, plannedRouteStep(wanted, cluster)];
}

function filterText(trigger: string, { spec: { gitee } }: GiteeSubscription): string {
  if (trigger === 'gitee-tag') return gitee.tags ? `; tags ${gitee.tags.join(', ')}` : '';
  return trigger === 'gitee-issue' || !gitee.branches ? '' : `; branches ${gitee.branches.join(', ')}`;
}

function relaySteps(cr: GiteeSubscription, { snapshot, sees }: ClusterView): Step[] {
  if (!sees.relayRoutes)
    return [unknown(`you may not read the RelayRoutes of ${snapshot.config.target.namespace}`)];
  const route = liveGiteeRoute(cr, snapshot);
  return route ? [loadedStep(route)] : [problem('the relay has no route for the subscription')];
}
