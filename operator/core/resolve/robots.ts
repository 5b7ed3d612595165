import type { Finding } from '../../api/finding.ts';
import type { DingTalkRobot } from '../../api/kinds.ts';
import { objectKey } from '../../api/names.ts';
import { serviceKey, serviceName } from '../../argocd/names.ts';
import { memoised, ObjectMemo } from '../../lib/memo.ts';
import { own } from '../../lib/own.ts';
import { closestTimeZone, isTimeZone } from '../../lib/time-zone.ts';
import type { Audience } from '../../message/event-message.ts';
import { isForeignKey, isForeignSecretKey } from '../model/live.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Rollout, Verdict } from '../model/verdict.ts';
import { credentialsHash, hasWorkingUrl, judgeCredentials, liveProvenance } from './credentials.ts';
import { formerServiceInputs, formerServiceWarnings } from './former-service.ts';
import {
  isForRelay,
  isOnlyRouted,
  isRouted,
  relayMissing,
  relayOnly,
  routedDespite,
  routedUnread,
} from './relayed-robots.ts';
import { outsideFinding } from './selection.ts';
import { unsupportedField } from './unsupported.ts';

/** The parts of a snapshot that a robot is judged by. */
type RobotContext = Pick<Snapshot, 'config' | 'namespaces' | 'credentials' | 'target' | 'now' | 'relay'>;

/** Judges one robot. Credentials that are gone or wrong count as revoked, so the robot's keys are removed. */
export function resolveRobot(cr: DingTalkRobot, snapshot: RobotContext): ResolvedRobot {
  // Nothing else of a suspended resource is read.
  if (cr.spec.suspend) return judgeRobot(cr, snapshot);
  const inputs = inputsOf(cr, snapshot);
  return acceptedRobots.getIf(cr, inputs, () => judgeRobot(cr, snapshot), isAccepted);
}

/** Time has no influence on an accepted robot. */
const isAccepted = ({ verdict }: ResolvedRobot): boolean => verdict.rollout === 'current';

const acceptedRobots = new ObjectMemo<DingTalkRobot, ResolvedRobot>();

function inputsOf(cr: DingTalkRobot, snapshot: RobotContext): unknown[] {
  const { metadata, spec } = cr;
  const { config, namespaces, credentials, target } = snapshot;
  const { namespace } = metadata;
  const { service, key } = namesOf(metadata);
  const [webhook, signing] = secretsOf.get(metadata, [spec], () =>
    [spec.webhook?.secretKeyRef, spec.signing?.secretKeyRef].map(
      (reference) => reference && objectKey(namespace, reference.name),
    ),
  );
  return [
    config,
    namespaces.get(namespace),
    webhook === undefined ? undefined : credentials.get(webhook),
    signing === undefined ? undefined : credentials.get(signing),
    own(target.configMap?.data, key),
    target.configMap?.leftBehind?.has(key),
    own(target.secret?.data, service) !== undefined,
    target.secret?.owned.has(service),
    target.secret?.leftBehind?.has(service),
    ...formerServiceInputs(cr, snapshot),
  ];
}

/** A decision looks them up in large objects, and the same text is found sooner than an equal one. */
const namesOf = (metadata: DingTalkRobot['metadata']) =>
  names.get(metadata, [], () => {
    const service = serviceName(metadata.namespace, metadata.name);
    return { service, key: serviceKey(service) };
  });

/** The Secrets that a robot names, `namespace/name`. */
const secretsOf = new ObjectMemo<DingTalkRobot['metadata'], readonly (string | undefined)[]>();

const names = new ObjectMemo<DingTalkRobot['metadata'], { readonly service: string; readonly key: string }>();

function judgeRobot(cr: DingTalkRobot, snapshot: RobotContext): ResolvedRobot {
  const { service } = namesOf(cr.metadata);
  const base = { cr, service, audience: audienceOf(cr, snapshot) };
  const refused = (refusal: Finding, rollout: Rollout = 'none'): ResolvedRobot => ({
    ...base,
    verdict: { rollout, refusal, warnings: [] },
  });

  const outside = outsideFinding(cr, snapshot);
  if (outside) return refused(outside);
  if (cr.spec.suspend) return { ...base, verdict: { rollout: 'none', warnings: [] } };
  const isRelayed = isForRelay(cr, snapshot);
  // A robot whose newest spec does not count stays where it is: with the relay, or in Argo CD's objects.
  const isWithRelay = isRouted(cr, snapshot) && (isRelayed || isOnlyRouted(cr, snapshot));
  const relayed = (really: boolean) => really && ({ isRelayed: true } as const);
  const mistake = unsupportedField(cr) ?? unknownTimeZone(cr) ?? relayMissing(cr, snapshot);
  if (mistake) {
    const despite = isWithRelay ? routedDespite : liveDespite;
    const live = despite(cr, mistake, snapshot);
    return { ...refused(mistake), ...live, messagesStay: true, ...relayed(isWithRelay) };
  }
  const taken = isRelayed ? undefined : takenKey(service, snapshot);
  if (taken) return refused(taken);
  const judged = judgeCredentials(cr, snapshot);
  if (!('verdict' in judged)) {
    const { credential, warnings } = judged;
    const all = [...warnings, ...formerServiceWarnings(cr, snapshot), ...relayOnly(cr, isRelayed)];
    return { ...base, verdict: { rollout: 'current', warnings: all }, credential, ...relayed(isRelayed) };
  }
  const verdict = isWithRelay ? routedUnread(judged.verdict) : judged.verdict;
  const stays = verdict.awaitsCredentials && ({ messagesStay: true } as const);
  return { ...base, verdict, ...stays, ...relayed(isWithRelay) };
}

/**
 * The verdict on a robot whose spec has a mistake. As long as the spec names the credentials of the live version, that version
 * is renewed, and is revoked with them. Otherwise it stays until its signature ends.
 */
function liveDespite(
  cr: DingTalkRobot,
  refusal: Finding,
  snapshot: RobotContext,
): Pick<ResolvedRobot, 'verdict' | 'credential'> {
  const verdict = (rollout: Rollout): Verdict => ({ rollout, refusal, warnings: [] });
  if (liveProvenance(cr, snapshot.target)?.hash !== credentialsHash(cr.spec))
    return { verdict: verdict(hasWorkingUrl(cr, snapshot) ? 'lastGood' : 'none') };
  const judged = judgeCredentials(cr, snapshot);
  if ('verdict' in judged) return { verdict: { ...judged.verdict, refusal } };
  return { verdict: verdict('lastGood'), credential: judged.credential };
}

/** A robot that is refused without being judged. Its live version stays, a signed URL as long as its signature is valid. */
export function refusedRobot(cr: DingTalkRobot, refusal: Finding, snapshot: RobotContext): ResolvedRobot {
  const { locale, timeZone } = snapshot.config.robots;
  const isDirect = hasWorkingUrl(cr, snapshot);
  const isWithRelay = !isDirect && isRouted(cr, snapshot);
  return {
    cr,
    service: serviceName(cr.metadata.namespace, cr.metadata.name),
    audience: { locale, timeZone, keywords: [] },
    verdict: { rollout: isDirect || isWithRelay ? 'lastGood' : 'none', refusal, warnings: [] },
    ...(isWithRelay && { isRelayed: true }),
  };
}

function audienceOf({ spec }: DingTalkRobot, { config: { robots } }: Pick<Snapshot, 'config'>): Audience {
  const { locale = robots.locale, timeZone = robots.timeZone, keywords = [] } = spec;
  return { locale, timeZone: isTimeZone(timeZone) ? timeZone : robots.timeZone, keywords };
}

function unknownTimeZone({ spec }: DingTalkRobot): Finding | undefined {
  const zones = { 'spec.timeZone': spec.timeZone, 'spec.quietHours.timeZone': spec.quietHours?.timeZone };
  const unknown = Object.entries(zones).find(([, zone]) => zone !== undefined && !isTimeZone(zone));
  if (unknown?.[1] === undefined) return undefined;
  const [field, zone] = unknown;
  const meant = zoneMeantBy(zone);
  const remedy = meant
    ? `Did you mean ${meant}?`
    : 'Write the exact IANA name, such as Asia/Shanghai or UTC.';
  const message = `${field}: there is no time zone ${zone}. ${remedy}`;
  return { reason: 'UnknownTimeZone', message };
}

/** Every decision needs it again. */
const zoneMeantBy = memoised(closestTimeZone, (name) => name, 100_000);

/** A foreign key is never taken over. */
function takenKey(service: string, { target, config }: RobotContext): Finding | undefined {
  const { configMap, secret } = config.target;
  const key = serviceKey(service);
  if (isForeignKey(target.configMap, key)) {
    return { reason: 'KeyTaken', message: keyTakenMessage('ConfigMap', configMap, key) };
  }
  if (isForeignSecretKey(target, service)) {
    return { reason: 'KeyTaken', message: keyTakenMessage('Secret', secret, service) };
  }
  return undefined;
}

/** Names the foreign key and the remedy. */
export function keyTakenMessage(kind: 'ConfigMap' | 'Secret', object: string, key: string): string {
  return `The ${kind} ${object} already has a key ${key} that this operator did not write. Remove the key, or choose another name.`;
}
