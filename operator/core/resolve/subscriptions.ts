import type { NotificationSubscription } from '../../api/kinds.ts';
import { globMatches } from '../glob.ts';
import { isForeignKey } from '../live.ts';
import { eventKeyName, objectKey, subscriptionKeyName, templateKey, triggerKey } from '../names.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Finding, Verdict } from '../verdict.ts';
import { combine } from './combine.ts';
import { missingCompanions } from './companions.ts';
import { criteriaExpression } from './criteria.ts';
import { messageFindings, messageWarnings } from './event-messages.ts';
import { eventName } from './event-name.ts';
import { type EventContext, type ResolvedEvent, resolveEvent } from './events.ts';
import { fenceExpression, grantedProjects } from './fence.ts';
import { keyTakenMessage, type ResolvedRobot } from './robots.ts';
import { unsupportedField } from './unsupported.ts';

/** A subscription with all it refers to. */
export interface ResolvedSubscription {
  readonly cr: NotificationSubscription;
  readonly verdict: Verdict;
  /** The robots that can be sent to. */
  readonly robots: readonly ResolvedRobot[];
  /** Present in full where the course is `current`. */
  readonly events: readonly ResolvedEvent[];
  /** expr-lang condition: what the namespace may hear of. */
  readonly fence: string;
  /** AppProjects, as patterns, that the fence lets through wherever their applications are. */
  readonly granted: readonly string[];
  /** expr-lang condition: what the subscription is about; undefined means all. */
  readonly criteria: string | undefined;
}

/** What else the judgement needs: the other kinds, judged before. */
export interface References extends EventContext {
  readonly robots: ReadonlyMap<string, ResolvedRobot>;
  readonly argocdUrl: string | undefined;
}

/**
 * Judges one subscription. A mistake in what it says leaves its previous version live; a robot that is missing,
 * refused or suspended takes away just that recipient, and suspension everything.
 */
export function resolveSubscription(
  cr: NotificationSubscription,
  references: References,
  snapshot: Snapshot,
): ResolvedSubscription {
  const { namespace } = cr.metadata;
  const granted = grantedProjects(namespace, snapshot.config);
  const base = {
    cr,
    fence: fenceExpression(namespace, granted),
    granted,
    criteria: criteriaExpression(cr.spec.applications),
  };
  if (cr.spec.suspend) return { ...base, robots: [], events: [], verdict: { course: 'none', warnings: [] } };

  const events = cr.spec.events.map((event, index) => resolveEvent(namespace, event, index, references));
  const robots = cr.spec.robots.map((robot, index) =>
    resolveRecipient(namespace, robot.name, index, references),
  );
  const usable = robots.filter((robot) => 'service' in robot);
  const resolved = events.filter((event) => 'trigger' in event);
  const unsupported = unsupportedField(cr);
  const mistakes = [
    ...(unsupported ? [unsupported] : []),
    ...events.filter((event) => 'reason' in event),
    ...messageFindings(resolved, usable, references.argocdUrl),
    ...missingCompanions(cr),
    ...takenKeys(cr, snapshot),
  ];
  const missing = robots.filter((robot) => 'reason' in robot);
  const refusal = combine([...mistakes, ...missing]);
  return {
    ...base,
    robots: usable,
    events: resolved,
    verdict: {
      course: usable.length === 0 ? 'none' : mistakes.length > 0 ? 'previous' : 'current',
      ...(refusal && { refusal }),
      warnings: [
        ...ungranted(cr, granted),
        ...messageWarnings(resolved, usable, references.argocdUrl),
        ...replayable(cr),
      ],
    },
  };
}

function resolveRecipient(
  namespace: string,
  name: string,
  index: number,
  { robots }: References,
): ResolvedRobot | Finding {
  const robot = robots.get(objectKey(namespace, name));
  const path = `spec.robots[${index}].name`;
  if (!robot) {
    const message = `${path}: there is no DingTalkRobot ${name} in namespace ${namespace}.`;
    return { reason: 'RobotNotFound', message };
  }
  if (robot.verdict.course !== 'none') return robot;
  if (robot.cr.spec.suspend) {
    return { reason: 'RobotSuspended', message: `${path}: DingTalkRobot ${name} is suspended.` };
  }
  const reason = robot.verdict.refusal?.reason;
  return { reason: 'RobotNotReady', message: `${path}: DingTalkRobot ${name} is not accepted (${reason}).` };
}

/** A key that somebody else made is never taken over. */
function takenKeys({ metadata, spec }: NotificationSubscription, { target, config }: Snapshot): Finding[] {
  const { namespace, name } = metadata;
  const events = spec.events.map((event) => eventKeyName(namespace, name, eventName(event)));
  return [...events.map(triggerKey), ...[...events, subscriptionKeyName(namespace, name)].map(templateKey)]
    .filter((key) => isForeignKey(target.configMap, key))
    .map((key) => ({
      reason: 'KeyTaken',
      message: keyTakenMessage('ConfigMap', config.target.configMap, key),
    }));
}

/** A project that isn't granted is no mistake: its applications that live in or deploy to the namespace still count. */
function ungranted(cr: NotificationSubscription, granted: readonly string[]): Finding[] {
  const { namespace } = cr.metadata;
  const missing = (cr.spec.applications.projects ?? []).filter(
    (project) => !granted.some((pattern) => globMatches(pattern, project)),
  );
  if (missing.length === 0) return [];
  const message =
    `spec.applications.projects: ${missing.join(', ')} not granted to namespace ${namespace}, so only applications ` +
    'that live in the namespace or deploy to it are heard of. The platform team grants projects by tenancy.projects.';
  return [{ reason: 'ProjectNotGranted', message }];
}

/** An event that does not say when it happened is told again to whoever comes new. */
function replayable({ spec }: NotificationSubscription): Finding[] {
  const names = spec.events
    .filter(({ when, eventTime }) => when !== undefined && eventTime === undefined)
    .map(eventName);
  if (names.length === 0) return [];
  const message =
    `spec.events: ${names.join(', ')} has no eventTime, so that applications for which the condition holds already are ` +
    'told of when the subscription, its condition or its robots change.';
  return [{ reason: 'ReplayPossible', message }];
}
