import type { DingTalkRobot, NotificationTemplate } from '../../api/kinds.ts';
import { objectKey, resourceKey } from '../../api/names.ts';
import { eventName } from '../../core/resolve/event-name.ts';
import { referenceKey } from '../../core/resolve/sharing.ts';
import type { ClusterView } from './cluster-view.ts';
import { resourceSteps } from './resource.ts';
import { robotSteps } from './robot.ts';
import { ok, warning } from './step.ts';
import type { Section } from './subscription.ts';

/** A robot, and the subscriptions that send to it. */
export function robotSections(
  { metadata: { namespace, name } }: DingTalkRobot,
  cluster: ClusterView,
): Section[] {
  const key = objectKey(namespace, name);
  const users = cluster.snapshot.subscriptions.filter(({ metadata, spec }) =>
    spec.robots.some((each) => referenceKey(metadata.namespace, each) === key),
  );
  return [
    { about: `DingTalkRobot ${namespace}/${name}`, steps: robotSteps(namespace, name, cluster) },
    usersSection(
      'subscriptions that send to it',
      users.map(resourceKey),
      'no subscription sends to the robot, so it gets only test messages',
    ),
  ];
}

/** A template, and the events that use it. */
export function templateSections(cr: NotificationTemplate, cluster: ClusterView): Section[] {
  const { namespace, name } = cr.metadata;
  const resolved = cluster.decision.resolution.templates.find(
    (each) => resourceKey(each.cr) === resourceKey(cr),
  );
  const users = cluster.snapshot.subscriptions.flatMap(({ metadata, spec }) =>
    spec.events
      .filter(({ template }) => template && referenceKey(metadata.namespace, template) === resourceKey(cr))
      .map((event) => `${resourceKey({ metadata })} (${eventName(event)})`),
  );
  return [
    {
      about: `NotificationTemplate ${namespace}/${name}`,
      steps: resourceSteps(cr, resolved?.verdict, cluster),
    },
    usersSection(
      'subscriptions that use it',
      users,
      'no subscription uses the template, so no message has its text',
    ),
  ];
}

function usersSection(about: string, users: readonly string[], ifNone: string): Section {
  return { about, steps: [users.length > 0 ? ok(users.toSorted().join(', ')) : warning(ifNone)] };
}
