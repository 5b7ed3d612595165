import type { DingTalkRobot } from '../../api/kinds.ts';
import { parseSigningSecret, parseWebhookCredential } from '../../dingtalk/webhook-url.ts';
import { own } from '../../text/own.ts';
import { isTimeZone } from '../../text/time-zone.ts';
import { isForeignKey, isForeignSecretKey } from '../live.ts';
import type { Audience } from '../message/event-body.ts';
import { objectKey, serviceKey, serviceName } from '../names.ts';
import { readProvenance } from '../provenance.ts';
import type { Reason } from '../reasons.ts';
import { type Credential, mayStay } from '../signatures.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Course, Finding, Verdict } from '../verdict.ts';
import { outsideFinding } from './selection.ts';
import { unsupportedField } from './unsupported.ts';

/** A robot with its credentials read and judged. */
export interface ResolvedRobot {
  readonly cr: DingTalkRobot;
  /** Name of its service, and of its key in the Secret. */
  readonly service: string;
  /** What its group asks of messages. */
  readonly audience: Audience;
  readonly verdict: Verdict;
  /** Present where the course is `current`. */
  readonly credential?: Credential;
}

/** Enough to find a misspelt one among. */
const MAX_KEYS_NAMED = 10;

/** What of a snapshot a robot is judged by. */
type Surroundings = Pick<Snapshot, 'config' | 'namespaces' | 'credentials' | 'target' | 'now'>;

type ReadResult = { readonly text: string } | { readonly refusal: Finding; readonly course: Course };

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

  const outside = outsideFinding(cr, snapshot);
  if (outside) return refused(outside);
  if (cr.spec.suspend) return { cr, service, audience, verdict: { course: 'none', warnings: [] } };
  const mistake = unsupportedField(cr) ?? unknownTimeZone(cr);
  if (mistake) return refused(mistake, isLive(cr, snapshot) ? 'previous' : 'none');
  const taken = takenKey(service, snapshot);
  if (taken) return refused(taken);
  const webhook = readCredential(cr, 'webhook', cr.spec.webhook.secretKeyRef, snapshot);
  if ('refusal' in webhook) return refused(webhook.refusal, webhook.course);
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
  if ('refusal' in signing) return refused(signing.refusal, signing.course);
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
    verdict: { course: isLive(cr, snapshot) ? 'previous' : 'none', refusal, warnings: [] },
  };
}

function audienceOf({ spec }: DingTalkRobot, { config: { robots } }: Pick<Snapshot, 'config'>): Audience {
  const { locale = robots.locale, timeZone = robots.timeZone, keywords = [] } = spec;
  return { locale, timeZone, keywords };
}

function unknownTimeZone({ spec }: DingTalkRobot): Finding | undefined {
  if (spec.timeZone === undefined || isTimeZone(spec.timeZone)) return undefined;
  const message = `spec.timeZone: there is no time zone ${spec.timeZone}. Write an IANA name, such as Asia/Shanghai or UTC.`;
  return { reason: 'UnknownTimeZone', message };
}

/** Whether a version of the robot is live whose URL still works: unsigned, or inside its hour. */
function isLive({ metadata }: DingTalkRobot, { target, now }: Surroundings): boolean {
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
  if (!secret || secret.state === 'unreadable') {
    const cause = secret ? secret.message : 'it has not been read yet';
    const message = `${path}: ${named} could not be read: ${cause}. What is live stays until its signature ends.`;
    return {
      refusal: { reason: 'CredentialsUnreadable', message },
      course: isLive(cr, snapshot) ? 'previous' : 'none',
    };
  }
  if (secret.state === 'missing') {
    const message = `${path}.name: ${named} does not exist. Create it in the robot's own namespace.`;
    return { refusal: { reason: 'CredentialsNotFound', message }, course: 'none' };
  }
  // The name is a tenant's: `constructor` is no key of a Secret that lacks it.
  const text = own(secret.data, reference.key);
  if (text !== undefined) return { text };
  const keys = Object.keys(secret.data).sort();
  const more = keys.length > MAX_KEYS_NAMED ? `, and ${keys.length - MAX_KEYS_NAMED} more` : '';
  const has = keys.length === 0 ? 'it is empty' : `it has ${keys.slice(0, MAX_KEYS_NAMED).join(', ')}${more}`;
  const message = `${path}.key: ${named} has no key ${JSON.stringify(reference.key)}; ${has}.`;
  return { refusal: { reason: 'CredentialsKeyNotFound', message }, course: 'none' };
}
