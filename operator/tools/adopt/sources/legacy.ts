import { readLegacyConfig, readLegacyWebhooks } from '../../../argocd/legacy-value.ts';
import { LEGACY_KEY, LEGACY_SERVICES_KEY } from '../../../argocd/names.ts';
import type { WebhookRules } from '../../../dingtalk/webhook-url.ts';
import { own } from '../../../lib/own.ts';

/**
 * The parts of the form before today's keys that have a say in the configuration, each with the key to write instead. Argo CD puts
 * them over the keys, and its subscriptions in place of the key: adopt would read something else than Argo CD, and nobody would be
 * notified of the operator's entries.
 * @param secret all of the Secret; undefined if it is not known
 */
export function legacyProblems(
  data: Readonly<Record<string, string>>,
  secret: Readonly<Record<string, string>> | undefined,
  { allowedHosts }: Pick<WebhookRules, 'allowedHosts'>,
): string[] {
  const config = readLegacyConfig(own(data, LEGACY_KEY) ?? '').map(
    ({ part, key }) => `${LEGACY_KEY} of the ConfigMap, ${part}: write it as the key ${key}`,
  );
  const webhooks = readLegacyWebhooks(own(secret, LEGACY_SERVICES_KEY) ?? '').filter(
    ({ key, url }) => own(data, key) !== undefined || allowedHosts.some((host) => url.includes(host)),
  );
  const services = webhooks.map(
    ({ part, key }) =>
      `${LEGACY_SERVICES_KEY} of the Secret, ${part}: write it as the key ${key} of the ConfigMap, with the token as a reference ` +
      'such as $dingtalk-token to a key of the Secret',
  );
  return [...config, ...services];
}

/** The refusal, for people. */
export const legacyText = (problems: readonly string[]): string =>
  [
    'Argo CD reads these parts from their legacy form, which counts more than the keys of today.',
    'Write the keys of today, remove the legacy form, check that Argo CD still notifies, and run adopt again:',
    ...problems.map((each) => `  ${each}`),
  ].join('\n');
