import type { GiteeSubscription } from '../../api/kinds.ts';
import { objectKey, resourceKey } from '../../api/names.ts';
import type { ClusterView } from './cluster-view.ts';
import { resourceSteps } from './resource.ts';
import { robotSteps } from './robot.ts';
import type { Section } from './subscription.ts';

/** A subscription about a Gitee repository on its way to the repository's hook and to the relay. */
export function giteeSections(cr: GiteeSubscription, cluster: ClusterView): Section[] {
  const { namespace } = cr.metadata;
  const resolved = cluster.decision.resolution.gitee.find((each) => resourceKey(each.cr) === resourceKey(cr));
  return [
    {
      about: `NotificationSubscription ${resourceKey(cr)}`,
      steps: resourceSteps(cr, resolved?.verdict, cluster),
    },
    ...cr.spec.robots.map(({ name, namespace: owner = namespace }) => ({
      about: `robot ${objectKey(owner, name)}`,
      steps: robotSteps(owner, name, cluster),
    })),
  ];
}
