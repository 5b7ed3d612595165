import { parseWebhookCredential, type WebhookRules } from '../../dingtalk/webhook-url.ts';
import { own } from '../../lib/own.ts';
import type { ForeignConfig, WebhookService } from './foreign-config.ts';

/** A service that posts to DingTalk's custom robots. */
export interface DingTalkService {
  readonly name: string;
  /** The credential as the operator keeps it: a secret. Undefined where a key of the Secret is not known. */
  readonly url: string | undefined;
  /** Why no robot can stand for it. */
  readonly refusal?: string;
  /** What is different with a robot. */
  readonly notes: readonly string[];
}

/** What the engine puts into services. */
export type SecretValues = Readonly<Record<string, string>>;

/** As the engine replaces it: https://github.com/argoproj/notifications-engine/blob/master/pkg/api/config.go */
const REFERENCE = /\$[\w-]+/g;

/** The keys of the Secret that a service's value refers to. */
export const namedSecretKeys = (text: string): string[] =>
  [...text.matchAll(REFERENCE)].map(([reference]) => reference.slice(1));

/**
 * The services that send to DingTalk's robots, by what their URLs say once the Secret's values are in them.
 * @param secret undefined where it can't be read
 */
export function dingTalkServices(
  { services }: ForeignConfig,
  secret: SecretValues | undefined,
  rules: WebhookRules,
): ReadonlyMap<string, DingTalkService> {
  const found = [...services.values()].flatMap((service) => dingTalkService(service, secret, rules) ?? []);
  return new Map(found.map((each) => [each.name, each]));
}

/** In place of a value that is not known. */
const UNKNOWN = 'unknown';

const named = (keys: readonly string[]): string => keys.map((key) => `$${key}`).join(', ');

function dingTalkService(
  { name, url: written, headers, extras }: WebhookService,
  secret: SecretValues = {},
  rules: WebhookRules,
): DingTalkService | undefined {
  const missing = namedSecretKeys(written).filter((key) => own(secret, key) === undefined);
  const filled = written.replace(REFERENCE, (reference) => own(secret, reference.slice(1)) ?? UNKNOWN).trim();
  const host = /^https?:\/\/([^/?#]*)/i.exec(filled)?.[1]?.toLowerCase() ?? '';
  const isDingTalk = rules.allowedHosts.some((allowed) => host.replace(/:443$/, '') === allowed);
  if (missing.length > 0 && (host === '' || host.includes(UNKNOWN))) {
    const refusal = `${named(missing)} of the Secret is not known, so that nobody can tell whether it is one of a DingTalk robot`;
    return { name, url: undefined, notes: [], refusal };
  }
  if (!isDingTalk) return undefined;
  const credential = parseWebhookCredential(filled, rules);
  if (!credential.ok) return { name, url: undefined, notes: [], refusal: credential.message };
  const strange = headers.filter((header) => header.toLowerCase() !== 'content-type');
  const lost = [...strange.map((header) => `the header ${header}`), ...extras];
  const notes = [
    ...credential.warnings.map(
      (warning) => `${warning}. Put the robot's signing secret (SEC…) under spec.signing.`,
    ),
    ...(lost.length > 0 ? [`not carried over: ${lost.join(', ')}. DingTalk needs none of it.`] : []),
    ...(missing.length > 0
      ? [`${named(missing)} of the Secret is not known: put the robot's URL into the new Secret.`]
      : []),
  ];
  return { name, url: missing.length > 0 ? undefined : credential.url, notes };
}
