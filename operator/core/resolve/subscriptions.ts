import type { Finding } from '../../api/finding.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { GRANTED_NAMESPACES } from '../../api/names.ts';
import type { RobotReference } from '../../api/types.generated.ts';
import { eventKeyName, subscriptionKeyName, templateKey, triggerKey } from '../../argocd/names.ts';
import { globMatches } from '../../lib/glob.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { findTrigger } from '../../message/catalogue/catalogue.ts';
import { isForeignKey } from '../model/live.ts';
import type { ResolvedRobot, ResolvedSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Access, countsDestinations } from './access-condition.ts';
import { combine } from './combine.ts';
import { criteriaExpression } from './criteria.ts';
import { messageFindings, messageInputs, messageWarnings } from './event-messages.ts';
import { eventName } from './event-name.ts';
import { type EventContext, resolveEvent } from './events.ts';
import { costlyNamePatterns } from './name-patterns.ts';
import { keyTakenMessage } from './robots.ts';
import { outsideFinding } from './selection.ts';
import { mayUse, nameFor, notThere, referenceKey } from './sharing.ts';
import { unsupportedField } from './unsupported.ts';

/** The context for judging a subscription: the other kinds, which are judged before. */
export interface References extends EventContext {
  readonly robots: ReadonlyMap<string, ResolvedRobot>;
  /** The applications that a namespace has access to. */
  readonly access: (namespace: string) => Access;
  readonly argocdUrl: string | undefined;
}

/**
 * Judges one subscription. A mistake in the subscription leaves its last good version live. A robot that is missing, refused or
 * suspended takes away that recipient only. A suspension takes away everything.
 */
export function resolveSubscription(
  cr: NotificationSubscription,
  references: References,
  snapshot: Snapshot,
): ResolvedSubscription {
  const { namespace } = cr.metadata;
  const access = references.access(namespace);
  const outside = outsideFinding(cr, snapshot);
  if (outside || cr.spec.suspend) {
    const verdict: Verdict = { rollout: 'none', ...(outside && { refusal: outside }), warnings: [] };
    return { cr, ...access, criteria: undefined, robots: [], events: [], verdict };
  }

  const criteria = criteriaExpressions.get(cr, [], () => criteriaExpression(cr.spec.applications));
  const context = { ...references, inquiry: references.inquiry.of(namespace) };
  const events = cr.spec.events.map((event, index) => resolveEvent(namespace, event, index, context));
  const robots = cr.spec.robots.map((robot, index) => resolveRecipient(namespace, robot, index, references));
  // The namespace of a reference is optional, so the same robot can be listed twice.
  const usable = [...new Set(robots.filter((robot) => 'service' in robot))];
  const resolved = events.filter((event) => 'trigger' in event);
  const messages = judgedMessages.get(cr, messageInputs(resolved, usable, references.argocdUrl), () => ({
    findings: messageFindings(resolved, usable, references.argocdUrl),
    warnings: messageWarnings(cr, resolved, usable, references.argocdUrl),
  }));
  const unsupported = unsupportedField(cr);
  const mistakes = [
    ...(unsupported ? [unsupported] : []),
    ...untrustedExpressions(cr, snapshot),
    ...events.filter((event) => 'reason' in event),
    ...messages.findings,
    ...missingCompanions(cr),
    ...costlyNamePatterns(cr),
    ...takenKeys(cr, snapshot),
  ];
  const missing = robots.filter((robot) => 'reason' in robot);
  const awaitsCredentials =
    missing.length > 0 && cr.spec.robots.some((robot) => awaits(namespace, robot, references));
  const refusal = combine([...mistakes, ...missing]);
  return {
    cr,
    ...access,
    criteria,
    robots: usable,
    events: resolved,
    verdict: {
      rollout: awaitsCredentials
        ? 'lastGood'
        : usable.length === 0
          ? 'none'
          : mistakes.length > 0
            ? 'lastGood'
            : 'current',
      ...(refusal && { refusal }),
      ...(awaitsCredentials && { awaitsCredentials }),
      warnings: [
        ...ungranted(cr, access),
        ...messages.warnings,
        ...replayable(cr),
        ...resolved.flatMap(({ warnings }) => warnings),
      ],
    },
  };
}

const criteriaExpressions = new ObjectMemo<NotificationSubscription, string | undefined>();

const judgedMessages = new ObjectMemo<
  NotificationSubscription,
  { readonly findings: readonly Finding[]; readonly warnings: readonly Finding[] }
>();

/** A subscription that is refused without being judged. Its live version stays. */
export function refusedSubscription(
  cr: NotificationSubscription,
  refusal: Finding,
  access: Access,
  isLive: boolean,
): ResolvedSubscription {
  const verdict: Verdict = { rollout: isLive ? 'lastGood' : 'none', refusal, warnings: [] };
  return { cr, ...access, criteria: undefined, robots: [], events: [], verdict };
}

function resolveRecipient(
  namespace: string,
  reference: RobotReference,
  index: number,
  { robots }: References,
): ResolvedRobot | Finding {
  const robot = robots.get(referenceKey(namespace, reference));
  if (!robot || !mayUse(namespace, robot.cr)) {
    const message = notThere('DingTalkRobot', namespace, reference, `spec.robots[${index}]`);
    return { reason: 'RobotNotFound', message };
  }
  const path = `spec.robots[${index}].name`;
  const name = nameFor(namespace, reference);
  if (robot.verdict.rollout !== 'none') return robot;
  if (robot.cr.spec.suspend) {
    return { reason: 'RobotSuspended', message: `${path}: DingTalkRobot ${name} is suspended.` };
  }
  const reason = robot.verdict.refusal?.reason;
  return { reason: 'RobotNotReady', message: `${path}: DingTalkRobot ${name} is not accepted (${reason}).` };
}

/** Whether it is not known yet if a robot can be sent to. A robot with a live version can. */
function awaits(namespace: string, reference: RobotReference, { robots }: References): boolean {
  const robot = robots.get(referenceKey(namespace, reference));
  return (
    robot?.verdict.awaitsCredentials === true &&
    robot.verdict.rollout === 'none' &&
    mayUse(namespace, robot.cr)
  );
}

/** A foreign key is never taken over. */
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

/** A project that is not granted is not a mistake: applications that the namespace has access to anyway can belong to it. */
function ungranted(cr: NotificationSubscription, { granted, accessCondition }: Access): Finding[] {
  const { namespace } = cr.metadata;
  const missing = (cr.spec.applications.projects ?? []).filter(
    (project) => !granted.some((pattern) => globMatches(pattern, project)),
  );
  if (missing.length === 0) return [];
  const message =
    `spec.applications.projects: namespace ${namespace} has no grant for ${missing.join(', ')}. From such a project, the ` +
    'subscription reports only applications that live in the namespace' +
    `${countsDestinations(accessCondition) ? ' or deploy to it' : ''}. Ask the platform team for a grant under ` +
    `tenancy.projects of the operator's configuration, or by the annotation ${GRANTED_NAMESPACES} on the AppProject.`;
  return [{ reason: 'ProjectNotGranted', message }];
}

/** Refuses own conditions, where the installation takes them from trusted namespaces only. */
function untrustedExpressions(
  { metadata, spec }: NotificationSubscription,
  { config: { tenancy } }: Snapshot,
): Finding[] {
  const trusted = tenancy.trustedNamespaces;
  if (tenancy.allowExpressions || trusted.includes(metadata.namespace)) return [];
  return spec.events.flatMap(({ when }, index): Finding[] => {
    if (when === undefined) return [];
    const message =
      `spec.events[${index}].when: on this installation, only trusted namespaces may write their own conditions ` +
      `(${trusted.join(', ') || 'there are none'}), and ${metadata.namespace} is not one. Use a trigger of the catalogue, or ask ` +
      'the platform team for tenancy.allowExpressions.';
    return [{ reason: 'ExpressionNotTrusted', message }];
  });
}

/** An event without a time is sent again to new recipients. */
function replayable({ spec }: NotificationSubscription): Finding[] {
  const names = spec.events
    .filter(({ when, eventTime }) => when !== undefined && eventTime === undefined)
    .map(eventName);
  if (names.length === 0) return [];
  const message =
    `spec.events: eventTime is missing in ${names.join(', ')}. A change of the subscription, its conditions or its robots ` +
    'can send messages about applications for which the condition holds already. Add eventTime beside when.';
  return [{ reason: 'ReplayPossible', message }];
}

/** A trigger that follows another one needs that one: it is sent only after the other one was. */
function missingCompanions({ spec }: NotificationSubscription): Finding[] {
  const triggers = spec.events.map(({ trigger }) => trigger);
  return triggers.flatMap((trigger, index) => {
    const follows = trigger === undefined ? undefined : findTrigger(trigger)?.follows;
    if (follows === undefined || triggers.includes(follows)) return [];
    const message =
      `spec.events[${index}].trigger: ${trigger} reports only applications for which this subscription has sent ${follows}, ` +
      `and the subscription has no event ${follows}. Add "- trigger: ${follows}" to spec.events.`;
    return [{ reason: 'CompanionMissing', message }];
  });
}
