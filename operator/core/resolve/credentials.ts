import type { Finding } from '../../api/finding.ts';
import type { DingTalkRobot } from '../../api/kinds.ts';
import { objectKey } from '../../api/names.ts';
import type { Reason } from '../../api/reasons.ts';
import { serviceKey, serviceName } from '../../argocd/names.ts';
import { isMadeFrom, type Provenance, readProvenance, shortHash } from '../../argocd/provenance.ts';
import type { Credential } from '../../dingtalk/credential.ts';
import { hasValidSignature } from '../../dingtalk/signatures.ts';
import { parseSigningSecret, parseWebhookCredential } from '../../dingtalk/webhook-url.ts';
import { own } from '../../lib/own.ts';
import { MAX_CREDENTIAL_BYTES, type Snapshot, type Target } from '../model/snapshot.ts';
import type { Verdict } from '../model/verdict.ts';

type CredentialContext = Pick<Snapshot, 'config' | 'credentials' | 'target' | 'now'>;

/** The verdict on a robot without credentials. */
interface Refused {
  readonly verdict: Verdict;
}

/** The credentials that a robot's spec names. */
export type JudgedCredentials =
  | { readonly credential: Credential; readonly warnings: readonly Finding[] }
  | Refused;

/** Takes a robot's credentials from the Secrets of its namespace, and judges them. */
export function judgeCredentials(cr: DingTalkRobot, snapshot: CredentialContext): JudgedCredentials {
  const webhook = readCredential(cr, 'webhook', cr.spec.webhook.secretKeyRef, snapshot);
  if ('verdict' in webhook) return webhook;
  const parsed = parseWebhookCredential(webhook.text, snapshot.config.dingtalk);
  if (!parsed.ok) return refused(parsed.reason, `spec.webhook: ${parsed.message}`);
  const warnings = parsed.warnings.map((text) => warning('PastedSignatureIgnored', `spec.webhook: ${text}`));
  if (!cr.spec.signing) return { credential: { url: parsed.url }, warnings };

  const signing = readCredential(cr, 'signing', cr.spec.signing.secretKeyRef, snapshot);
  if ('verdict' in signing) return signing;
  const secret = parseSigningSecret(signing.text);
  if (!secret.ok) return refused(secret.reason, `spec.signing: ${secret.message}`);
  warnings.push(...secret.warnings.map((text) => warning('SigningSecretUnusual', `spec.signing: ${text}`)));
  return { credential: { url: parsed.url, signingSecret: secret.secret }, warnings };
}

const refused = (reason: Reason, message: string): Refused => ({
  verdict: { rollout: 'none', refusal: { reason, message }, warnings: [] },
});

const unreadable = (message: string, rollout: Verdict['rollout']): Verdict => ({
  rollout,
  refusal: { reason: 'CredentialsUnreadable', message },
  warnings: [],
  isUnread: true,
});

/** The provenance of this very robot's live version; undefined if none is live. */
export function liveProvenance(cr: DingTalkRobot, target: Target): Provenance | undefined {
  const value = liveService(cr, target);
  const provenance = value === undefined ? undefined : readProvenance(value);
  return provenance && isMadeFrom(provenance, cr) ? provenance : undefined;
}

/** Whether the robot has a live version with a URL that still works: an unsigned one, or a signed one inside its hour. */
export function hasWorkingUrl(
  cr: DingTalkRobot,
  { target, now }: Pick<CredentialContext, 'target' | 'now'>,
): boolean {
  const url = own(target.secret?.data, serviceName(cr.metadata.namespace, cr.metadata.name));
  return liveProvenance(cr, target) !== undefined && url !== undefined && hasValidSignature(url, now);
}

const liveService = ({ metadata }: DingTalkRobot, { configMap }: Target): string | undefined =>
  own(configMap?.data, serviceKey(serviceName(metadata.namespace, metadata.name)));

const warning = (reason: Reason, message: string): Finding => ({ reason, message });

/** One value of a Secret in the robot's own namespace. */
function readCredential(
  cr: DingTalkRobot,
  field: 'webhook' | 'signing',
  reference: { readonly name: string; readonly key: string },
  snapshot: CredentialContext,
): { readonly text: string } | Refused {
  const { namespace } = cr.metadata;
  const secret = snapshot.credentials.get(objectKey(namespace, reference.name));
  const path = `spec.${field}.secretKeyRef`;
  const named = `Secret ${namespace}/${reference.name}`;
  if (!secret) {
    const message = `${path}: the operator has not read ${named} yet. A live version stays meanwhile.`;
    const service = liveService(cr, snapshot.target);
    const rollout = service !== undefined && readProvenance(service) !== undefined ? 'lastGood' : 'none';
    return { verdict: { ...unreadable(message, rollout), awaitsCredentials: true } };
  }
  if (secret.state === 'unreadable') {
    const message = `${path}: the operator could not read ${named}: ${secret.message}. A live version stays until its signature ends.`;
    return { verdict: unreadable(message, hasWorkingUrl(cr, snapshot) ? 'lastGood' : 'none') };
  }
  if (secret.state === 'missing') {
    const message = `${path}.name: ${named} does not exist. Create the Secret in the robot's own namespace.`;
    return refused('CredentialsNotFound', message);
  }
  if (secret.tooLong?.has(reference.key)) {
    const message = `spec.${field}: the value has more than ${MAX_CREDENTIAL_BYTES} bytes, and no ${CREDENTIALS[field].kind} is that long. Correct the value in the Secret.`;
    return refused(CREDENTIALS[field].invalid, message);
  }
  // A tenant chooses the name: `constructor` must not be found in a Secret that lacks it.
  const text = own(secret.data, reference.key);
  if (text !== undefined) return { text };
  // The message does not list the keys: people who can read the robot may have no right to read the Secret.
  const message = `${path}.key: ${named} has no key ${JSON.stringify(reference.key)}. Correct the field, or add the key to the Secret.`;
  return refused('CredentialsKeyNotFound', message);
}

const CREDENTIALS = {
  webhook: { kind: 'webhook URL', invalid: 'InvalidWebhook' },
  signing: { kind: 'signing secret', invalid: 'InvalidSigningSecret' },
} as const;

/** Identifies the credentials that a robot names, not their values. */
export const credentialsHash = ({ webhook, signing }: DingTalkRobot['spec']): string =>
  shortHash(JSON.stringify([webhook, signing ?? null]));
