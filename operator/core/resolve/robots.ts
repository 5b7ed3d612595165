import type { DingTalkRobot } from '../../api/kinds.ts';
import { parseSigningSecret, parseWebhookCredential } from '../../dingtalk/webhook-url.ts';
import { own } from '../../text/own.ts';
import { closestTimeZone, isTimeZone } from '../../text/time-zone.ts';
import { isForeignKey, isForeignSecretKey } from '../live.ts';
import { memoised } from '../memo.ts';
import type { Audience } from '../message/event-body.ts';
import { objectKey, serviceKey, serviceName } from '../names.ts';
import { readProvenance } from '../provenance.ts';
import type { Reason } from '../reasons.ts';
import { type Credential, mayStay } from '../signatures.ts';
import { MAX_CREDENTIAL_BYTES, type Snapshot } from '../snapshot.ts';
import type { Course, Finding, Verdict } from '../verdict.ts';
import { outsideFinding } from './selection.ts';
import { unsupportedField } from './unsupported.ts';

/** A robot with its credentials read and judged. */
export interface ResolvedRobot {
  readonly cr: DingTalkRobot;
  /** Name of its service, and of its key in the Secret. */
  readonly service: string;
  /** What its group asks of messages; in a zone that there is, where it names one that there is not. */
  readonly audience: Audience;
  /** Whether that is not to count, since its newest spec is refused or not judged yet: messages stay as they are live. */
  readonly messagesStay?: true;
  /** Whether its Secrets have yet to be read, which is no news: what is live stays, and no status tells of it. */
  readonly isAwaited?: true;
  readonly verdict: Verdict;
  /** Present where the course is `current`. */
  readonly credential?: Credential;
}

/** What of a snapshot a robot is judged by. */
type Surroundings = Pick<Snapshot, 'config' | 'namespaces' | 'credentials' | 'target' | 'now'>;

type ReadResult =
  | { readonly text: string }
  | { readonly refusal: Finding; readonly course: Course; readonly isAwaited?: true };

/** Judges one robot. Credentials that are gone or wrong count as revoked: its keys go. */
export function resolveRobot(cr: DingTalkRobot, snapshot: Surroundings): ResolvedRobot {
  const service = serviceName(cr.metadata.namespace, cr.metadata.name);
  const audience = audienceOf(cr, snapshot);
  const refused = (refusal: Finding, course: Course = 'none'): ResolvedRobot => ({
    cr,
    service,
    audience,
    verdict: { course, refusal, warnings: [] },
  });
  const unread = ({ refusal, course, isAwaited }: Exclude<ReadResult, { text: string }>): ResolvedRobot => ({
    ...refused(refusal, course),
    ...(isAwaited && { isAwaited, messagesStay: true }),
  });

  const outside = outsideFinding(cr, snapshot);
  if (outside) return refused(outside);
  if (cr.spec.suspend) return { cr, service, audience, verdict: { course: 'none', warnings: [] } };
  const mistake = unsupportedField(cr) ?? unknownTimeZone(cr);
  if (mistake)
    return { ...refused(mistake, hasWorkingUrl(cr, snapshot) ? 'previous' : 'none'), messagesStay: true };
  const taken = takenKey(service, snapshot);
  if (taken) return refused(taken);
  const webhook = readCredential(cr, 'webhook', cr.spec.webhook.secretKeyRef, snapshot);
  if ('refusal' in webhook) return unread(webhook);
  const parsed = parseWebhookCredential(webhook.text, snapshot.config.dingtalk);
  if (!parsed.ok) return refused({ reason: parsed.reason, message: `spec.webhook: ${parsed.message}` });
  const warnings = parsed.warnings.map((text) => warning('PastedSignatureIgnored', `spec.webhook: ${text}`));
  if (!cr.spec.signing) {
    return {
      cr,
      service,
      audience,
      verdict: { course: 'current', warnings },
      credential: { url: parsed.url },
    };
  }

  const signing = readCredential(cr, 'signing', cr.spec.signing.secretKeyRef, snapshot);
  if ('refusal' in signing) return unread(signing);
  const secret = parseSigningSecret(signing.text);
  if (!secret.ok) return refused({ reason: secret.reason, message: `spec.signing: ${secret.message}` });
  warnings.push(...secret.warnings.map((text) => warning('SigningSecretUnusual', `spec.signing: ${text}`)));
  const credential = { url: parsed.url, signingSecret: secret.secret };
  return { cr, service, audience, verdict: { course: 'current', warnings }, credential };
}

/** A robot that is refused before or beside its judgement. What is live of it stays, as long as its signature is valid. */
export function refusedRobot(cr: DingTalkRobot, refusal: Finding, snapshot: Surroundings): ResolvedRobot {
  const { locale, timeZone } = snapshot.config.robots;
  return {
    cr,
    service: serviceName(cr.metadata.namespace, cr.metadata.name),
    audience: { locale, timeZone, keywords: [] },
    verdict: { course: hasWorkingUrl(cr, snapshot) ? 'previous' : 'none', refusal, warnings: [] },
  };
}

function audienceOf({ spec }: DingTalkRobot, { config: { robots } }: Pick<Snapshot, 'config'>): Audience {
  const { locale = robots.locale, timeZone = robots.timeZone, keywords = [] } = spec;
  return { locale, timeZone: isTimeZone(timeZone) ? timeZone : robots.timeZone, keywords };
}

function unknownTimeZone({ spec }: DingTalkRobot): Finding | undefined {
  if (spec.timeZone === undefined || isTimeZone(spec.timeZone)) return undefined;
  const meant = zoneMeantBy(spec.timeZone);
  const remedy = meant
    ? `Did you mean ${meant}?`
    : 'Write an IANA name, letter by letter, such as Asia/Shanghai or UTC.';
  const message = `spec.timeZone: there is no time zone ${spec.timeZone}. ${remedy}`;
  return { reason: 'UnknownTimeZone', message };
}

/** Asked for again by every decision. */
const zoneMeantBy = memoised(closestTimeZone, (name) => name, 1_000);

/** Whether a version of the robot is live whose URL still works: unsigned, or inside its hour. */
export function hasWorkingUrl(
  { metadata }: DingTalkRobot,
  { target, now }: Pick<Snapshot, 'target' | 'now'>,
): boolean {
  const service = serviceName(metadata.namespace, metadata.name);
  const value = own(target.configMap?.data, serviceKey(service));
  const provenance = value === undefined ? undefined : readProvenance(value);
  const url = own(target.secret?.data, service);
  return (
    provenance !== undefined &&
    metadata.uid.startsWith(provenance.uid) &&
    url !== undefined &&
    mayStay(url, now)
  );
}

/** A key that somebody else made is never taken over. */
function takenKey(service: string, { target, config }: Surroundings): Finding | undefined {
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

/** Says which key is in the way and what to do about it. */
export function keyTakenMessage(kind: 'ConfigMap' | 'Secret', object: string, key: string): string {
  return `The ${kind} ${object} already has a key ${key} that this operator did not write. Remove that key, or choose another name.`;
}

const warning = (reason: Reason, message: string): Finding => ({ reason, message });

/** One value of a Secret in the robot's own namespace. */
function readCredential(
  cr: DingTalkRobot,
  field: 'webhook' | 'signing',
  reference: { readonly name: string; readonly key: string },
  snapshot: Surroundings,
): ReadResult {
  const { namespace } = cr.metadata;
  const secret = snapshot.credentials.get(objectKey(namespace, reference.name));
  const path = `spec.${field}.secretKeyRef`;
  const named = `Secret ${namespace}/${reference.name}`;
  if (!secret) {
    const message = `${path}: ${named} has not been read yet. What is live stays meanwhile.`;
    const service = own(
      snapshot.target.configMap?.data,
      serviceKey(serviceName(namespace, cr.metadata.name)),
    );
    const course = service !== undefined && readProvenance(service) !== undefined ? 'previous' : 'none';
    return { refusal: { reason: 'CredentialsUnreadable', message }, course, isAwaited: true };
  }
  if (secret.state === 'unreadable') {
    const message = `${path}: ${named} could not be read: ${secret.message}. What is live stays until its signature ends.`;
    return {
      refusal: { reason: 'CredentialsUnreadable', message },
      course: hasWorkingUrl(cr, snapshot) ? 'previous' : 'none',
    };
  }
  if (secret.state === 'missing') {
    const message = `${path}.name: ${named} does not exist. Create it in the robot's own namespace.`;
    return { refusal: { reason: 'CredentialsNotFound', message }, course: 'none' };
  }
  if (secret.tooLong?.has(reference.key)) {
    const message = `spec.${field}: the value has more than ${MAX_CREDENTIAL_BYTES} bytes, which no ${CREDENTIALS[field].kind} has.`;
    return { refusal: { reason: CREDENTIALS[field].invalid, message }, course: 'none' };
  }
  // The name is a tenant's: `constructor` is no key of a Secret that lacks it.
  const text = own(secret.data, reference.key);
  if (text !== undefined) return { text };
  // Which keys it has is nobody's business who may look at the robot, but not at the Secret.
  const message = `${path}.key: ${named} has no key ${JSON.stringify(reference.key)}. Correct it, or add the key to the Secret.`;
  return { refusal: { reason: 'CredentialsKeyNotFound', message }, course: 'none' };
}

const CREDENTIALS = {
  webhook: { kind: 'webhook URL', invalid: 'InvalidWebhook' },
  signing: { kind: 'signing secret', invalid: 'InvalidSigningSecret' },
} as const;
