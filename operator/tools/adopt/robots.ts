import {
  referencedKeys,
  secretReference,
  type WebhookService,
  withSecretValues,
} from '../../argocd/service-value.ts';
import { parseWebhookCredential, type WebhookRules } from '../../dingtalk/webhook-url.ts';
import { own } from '../../lib/own.ts';
import type { ForeignConfig } from './foreign-config.ts';

/** A service that posts to DingTalk's custom robots. */
export interface DingTalkService {
  readonly name: string;
  /** The credential as the operator keeps it; confidential. Undefined if a key of the Secret is not known. */
  readonly url: string | undefined;
  /** Why no robot can replace it. */
  readonly refusal?: string;
  /** Differences of a robot. */
  readonly notes: readonly string[];
}

/** The values that the engine inserts into services. */
export type SecretValues = Readonly<Record<string, string>>;

/**
 * The services that send to DingTalk's robots, according to their URLs with the Secret's values in them.
 * @param secret undefined if it can't be read
 */
export function dingTalkServices(
  { services }: ForeignConfig,
  secret: SecretValues | undefined,
  rules: WebhookRules,
): ReadonlyMap<string, DingTalkService> {
  const found = [...services].flatMap(
    ([name, service]) => dingTalkService(name, service, secret, rules) ?? [],
  );
  return new Map(found.map((each) => [each.name, each]));
}

/** In place of a value that is not known. */
const UNKNOWN = 'unknown';

const named = (keys: readonly string[]): string => keys.map(secretReference).join(', ');

function dingTalkService(
  name: string,
  { url: written, headers, extras }: WebhookService,
  secret: SecretValues = {},
  rules: WebhookRules,
): DingTalkService | undefined {
  const missing = referencedKeys(written).filter((key) => own(secret, key) === undefined);
  const filled = withSecretValues(written, (key) => own(secret, key) ?? UNKNOWN).trim();
  const host = /^https?:\/\/([^/?#]*)/i.exec(filled)?.[1]?.toLowerCase() ?? '';
  const isDingTalk = rules.allowedHosts.some((allowed) => host.replace(/:443$/, '') === allowed);
  if (missing.length > 0 && (host === '' || host.includes(UNKNOWN))) {
    const refusal = `${named(missing)} of the Secret is not known, so adopt cannot tell whether the URL belongs to a DingTalk robot`;
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
    ...(lost.length > 0 ? [`not taken over: ${lost.join(', ')}. DingTalk does not need this.`] : []),
    ...(missing.length > 0
      ? [`${named(missing)} of the Secret is not known: put the robot's URL into the new Secret.`]
      : []),
  ];
  return { name, url: missing.length > 0 ? undefined : credential.url, notes };
}
