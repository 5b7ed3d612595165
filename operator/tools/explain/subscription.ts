import type { NotificationSubscription } from '../../api/kinds.ts';
import { objectKey, resourceKey } from '../../api/names.ts';
import { REASONS } from '../../api/reasons.ts';
import { eventKeyName, parseKey, SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { liveRecipients } from '../../core/model/live.ts';
import { eventName } from '../../core/resolve/event-name.ts';
import type { Outcome } from '../../engine/types.ts';
import { type ClusterView, operatorHint } from './cluster-view.ts';
import { unseenEventSteps, unseenRobotSteps, usesUnseen, withoutRefusal } from './elsewhere.ts';
import { keySteps } from './keys.ts';
import { loadingSteps } from './loading.ts';
import { relayedEventSteps } from './relayed-event.ts';
import { resourceSteps } from './resource.ts';
import { robotSteps } from './robot.ts';
import { ok, problem, type Step, unknown, warning } from './step.ts';

/** Steps that are about one thing. */
export interface Section {
  readonly about: string;
  readonly steps: readonly Step[];
}

/**
 * A subscription on its way into Argo CD's configuration.
 * @param events the names of the events to explain
 * @param loading the engine's answer about the whole live ConfigMap
 */
export function subscriptionSections(
  cr: NotificationSubscription,
  events: readonly string[],
  cluster: ClusterView,
  loading: Outcome<'check'> | undefined,
): Section[] {
  const { namespace } = cr.metadata;
  const resolved = cluster.decision.resolution.subscriptions.find(
    (each) => resourceKey(each.cr) === resourceKey(cr),
  );
  const isBlind = usesUnseen(cr, cluster);
  const verdict = isBlind ? withoutRefusal(resolved?.verdict) : resolved?.verdict;
  const head = {
    about: `NotificationSubscription ${resourceKey(cr)}`,
    steps: resourceSteps(cr, verdict, cluster),
  };
  return [
    head,
    ...cr.spec.robots.map(({ name, namespace: owner = namespace }) => ({
      about: `robot ${objectKey(owner, name)}`,
      steps: isBlind && owner !== namespace ? unseenRobotSteps(owner) : robotSteps(owner, name, cluster),
    })),
    ...events.map((name) => ({
      about: `event ${name}`,
      steps: isBlind ? unseenEventSteps(name, cr, cluster) : eventSteps(name, cr, cluster, loading),
    })),
    { about: "Argo CD's configuration", steps: loadingSteps(cluster, loading) },
  ];
}

/** From the event's keys to the entry by which Argo CD sends it to robots, and from its route to the relay. */
function eventSteps(
  event: string,
  cr: NotificationSubscription,
  cluster: ClusterView,
  loading: Outcome<'check'> | undefined,
): Step[] {
  const { decision, sees, presence } = cluster;
  const { namespace, name } = cr.metadata;
  const placement = decision.plan.subscriptions.get(resourceKey(cr));
  const relayed = relayedEventSteps(event, cr, cluster);
  const trigger = eventKeyName(namespace, name, event);
  if (!placement && relayed.length > 0) return relayed;
  if (!placement && isLiveByStatus(cr, cluster)) return [unknown(UNCHECKED)];
  if (!placement) return [problem('no key of the event may be live: see the subscription')];
  if (!placement.entry.triggers.includes(trigger))
    return [warning('the live version of the subscription has no such event: see the subscription')];
  const others = cr.spec.events.map(eventName).filter((each) => each !== event);
  const keys = placement.keys.filter((key) => {
    const owner = parseKey(key);
    return !(owner?.kind === 'subscription' && owner.event !== undefined && others.includes(owner.event));
  });
  const steps = [...relayed, ...keySteps(keys, cr.metadata, cluster)];
  if (!sees.configMap) return steps;
  return [...steps, entryStep(trigger, placement.entry.recipients)];

  function entryStep(key: string, wanted: readonly string[]): Step {
    const { blocked } = decision.writes;
    if (blocked)
      return problem(
        `the operator leaves ${SUBSCRIPTIONS_KEY} alone: ${blocked.message}`,
        REASONS[blocked.reason].remedy,
      );
    const live = liveRecipients(decision.live, key);
    const missing = wanted.filter((each) => !live.has(each));
    const mayBeElsewhere =
      !sees.settings || (!sees.grants && cluster.snapshot.config.routing.projects === 'Annotation');
    if (missing.length > 0 && mayBeElsewhere)
      return unknown(
        `${SUBSCRIPTIONS_KEY} has no entry that sends ${key} to ${missing.join(', ')}; an annotation on an AppProject may send it`,
      );
    if (missing.length > 0)
      return problem(
        `${SUBSCRIPTIONS_KEY} has no entry that sends ${key} to ${missing.join(', ')}`,
        operatorHint(presence),
      );
    // The engine has not loaded the annotations of AppProjects.
    const shared = wanted.filter((each) => isSent(decision.live.entries, key, each));
    const lost = loading?.ok ? shared.filter((each) => !isSent(loading.parsed.subscriptions, key, each)) : [];
    if (lost.length > 0)
      return problem(
        `${SUBSCRIPTIONS_KEY} sends ${key} to ${lost.join(', ')}, but Argo CD's engine ignores that entry`,
        'Subscriptions in the old key config.yaml take the place of all others: remove them.',
      );
    const route = shared.length === wanted.length ? SUBSCRIPTIONS_KEY : 'an annotation on an AppProject';
    return ok(`${route} sends ${key} to ${wanted.join(', ')}`);
  }
}

/** The operator's own report is more reliable than a judgement by defaults. */
function isLiveByStatus({ metadata, status }: NotificationSubscription, { sees }: ClusterView): boolean {
  const { generation } = metadata;
  return !sees.settings && status?.observedGeneration === generation && status.liveGeneration === generation;
}

const UNCHECKED =
  'the status says that this generation is live; the configuration that decides the keys is not known';

type Entries = readonly { readonly triggers: readonly string[]; readonly recipients: readonly string[] }[];

const isSent = (entries: Entries, trigger: string, recipient: string): boolean =>
  entries.some(({ triggers, recipients }) => triggers.includes(trigger) && recipients.includes(recipient));

/** Whether an operator runs, according to its Lease. */
export function operatorStep({ presence: { state, detail } }: Pick<ClusterView, 'presence'>): Step {
  switch (state) {
    case 'running':
      return ok(`the operator runs: ${detail}`);
    case 'none':
      return warning(
        `no operator runs: ${detail}`,
        'Start the operator. Until then, no change takes effect, and signatures end within an hour.',
      );
    case 'unknown':
      return unknown(`cannot tell whether an operator runs: ${detail}`);
  }
}
