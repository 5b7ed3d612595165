import { serviceKey } from '../../argocd/names.ts';
import {
  foreignReferences,
  referencedKeys,
  secretReference,
  type WebhookService,
  withSecretValues,
} from '../../argocd/service-value.ts';
import { parseWebhookCredential, type WebhookRules } from '../../dingtalk/webhook-url.ts';
import { closest } from '../../lib/closest.ts';
import { own } from '../../lib/own.ts';
import type { ForeignConfig } from './foreign-config.ts';
import { type LikelyReceiver, likelyReceiver } from './likely-receiver.ts';

/** A service that posts to DingTalk's custom robots. */
export interface DingTalkService {
  readonly name: string;
  /** Its key of the ConfigMap. */
  readonly key: string;
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
 * The services that send to DingTalk's robots, according to their URLs with the Secret's values in them. Where the host of a URL is
 * not known, names and messages count.
 * @param secret undefined if it can't be read
 */
export function dingTalkServices(
  config: ForeignConfig,
  secret: SecretValues | undefined,
  rules: WebhookRules,
): ReadonlyMap<string, DingTalkService> {
  const found = [...config.services].flatMap(
    ([name, service]) => dingTalkService(name, service, config, secret, rules) ?? [],
  );
  return new Map(found.map((each) => [each.name, each]));
}

/** In place of a value that is not known. */
const UNKNOWN = 'unknown';

function dingTalkService(
  name: string,
  { url: written, headers, extras }: WebhookService,
  config: ForeignConfig,
  secret: SecretValues | undefined,
  rules: WebhookRules,
): DingTalkService | undefined {
  const key = config.serviceKeys.get(name) ?? serviceKey(name);
  const unknown = unknownParts(written, secret);
  const known = foreignReferences(written).reduce((text, each) => text.replaceAll(each, UNKNOWN), written);
  const filled = withSecretValues(known, (key) => own(secret ?? {}, key) ?? UNKNOWN).trim();
  const host = /^https?:\/\/([^/?#]*)/i.exec(filled)?.[1]?.toLowerCase() ?? '';
  const isDingTalk = rules.allowedHosts.some((allowed) => host.replace(/:443$/, '') === allowed);
  const strange = headers.filter((header) => header.toLowerCase() !== 'content-type');
  const lost = [...strange.map((header) => `the header ${header}`), ...extras];
  const lostNotes =
    lost.length > 0 ? [`not taken over: ${lost.join(', ')}. DingTalk does not need this.`] : [];
  if (unknown.length > 0 && (host === '' || host.includes(UNKNOWN))) {
    const receiver = receiverOf(name, written, filled, config);
    if (receiver === 'other') return undefined;
    if (receiver === 'unclear')
      return { name, key, url: undefined, notes: [], refusal: `${unknown.join(' ')} ${UNCLEAR}` };
    return { name, key, url: undefined, notes: [...lostNotes, `${unknown.join(' ')} ${LIKELY}`] };
  }
  if (!isDingTalk) return undefined;
  const placeholder = placeholderIn(filled);
  const credential = parseWebhookCredential(placeholder?.replaced ?? filled, rules);
  if (!credential.ok) return { name, key, url: undefined, notes: [], refusal: credential.message };
  const isKnown = unknown.length === 0 && placeholder?.replaced === undefined;
  const notes = [
    ...credential.warnings.map(
      (warning) => `${warning}. Put the robot's signing secret (SEC…) under spec.signing.`,
    ),
    ...lostNotes,
    ...(placeholder ? [PLACEHOLDER_NOTE] : []),
    ...(unknown.length > 0 ? [`${unknown.join(' ')} Put the robot's URL into the new Secret.`] : []),
  ];
  return { name, key, url: isKnown ? credential.url : undefined, notes };
}

const UNCLEAR =
  'So adopt cannot tell whether the URL belongs to a DingTalk robot. Give it the Secret, too (-f SECRET.yaml), or run adopt on the cluster.';

const LIKELY =
  "The names and messages are for DingTalk, so adopt takes it for a robot. Put the robot's URL into the new Secret.";

/** A relay of its owner may have DingTalk's messages, too, but not DingTalk's path. */
function receiverOf(
  name: string,
  written: string,
  filled: string,
  { templates }: ForeignConfig,
): LikelyReceiver {
  const own = [...templates].flatMap(([template, { webhook }]) => {
    const body = webhook.get(name)?.body;
    return body === undefined ? [] : [{ template, body }];
  });
  const references = [...referencedKeys(written), ...foreignReferences(written)];
  const receiver = likelyReceiver({
    names: [name, ...references, ...own.map(({ template }) => template)],
    bodies: own.map(({ body }) => body).filter((body) => body !== ''),
  });
  const [, path = ''] = /^(?:https?:\/\/)?[^/]*(\/[^?]*)/i.exec(filled) ?? [];
  return receiver === 'dingtalk' && path !== '' && path !== ROBOT_PATH ? 'unclear' : receiver;
}

const ROBOT_PATH = '/robot/send';

/** A sentence for each part of the URL whose value is not known. */
function unknownParts(written: string, secret: SecretValues | undefined): string[] {
  const missing = referencedKeys(written).filter((key) => own(secret ?? {}, key) === undefined);
  return [
    ...missing.map((key) => {
      const guess = closest(key, Object.keys(secret ?? {}));
      const question = guess === undefined ? '' : ` Did you mean ${secretReference(guess)}?`;
      const dotted = new RegExp(`(?:^|=)\\$${key}(\\.[\\w.-]+)$`).exec(written)?.[1];
      const end =
        dotted === undefined
          ? ''
          : ` A reference ends at a dot, so ${secretReference(key + dotted)} does not mean the key ${key}${dotted}: give the key a name without a dot.`;
      return `${secretReference(key)} of the Secret is not known.${end}${question}`;
    }),
    ...foreignReferences(written).map(
      (reference) =>
        `Argo CD does not replace ${reference}, so DingTalk refuses all messages, unless a tool replaces it before. Did you mean ` +
        `${secretReference(reference.slice(2, -1) || 'KEY')}, a key of the Secret?`,
    ),
  ];
}

const PLACEHOLDER_NOTE =
  "the access token looks like a placeholder, and DingTalk refuses all messages with it. Put the robot's URL into the new Secret.";

/** What documentation writes in place of a token: DingTalk's have 64 hex digits. */
const LIKE_A_PLACEHOLDER =
  /^(x+|\*+|\.+|-+)$|x{4}|\*{3}|your|replace|change.?me|example|placeholder|dummy|token|todo/i;

/** An access token that stands for another one; `replaced` if it has characters that no token has. */
function placeholderIn(url: string): { readonly replaced?: string } | undefined {
  const [, before = '', token = ''] = /^([^#]*?[?&]access_token=)([^&]*)/.exec(url) ?? [];
  if (/[^\w-]/.test(token)) return { replaced: before + UNKNOWN + url.slice(before.length + token.length) };
  return LIKE_A_PLACEHOLDER.test(token) ? {} : undefined;
}
