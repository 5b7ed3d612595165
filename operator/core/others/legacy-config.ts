import type { Finding } from '../../api/finding.ts';
import { LEGACY_KEY, PREFIX, SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { formatEntries } from '../../argocd/subscriptions-block/lines.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { LiveObject } from '../model/snapshot.ts';

/** An entry that no subscription has. */
const PROBE = `${PREFIX}probe`;

/**
 * A legacy `config.yaml` with `subscriptions` replaces the key `subscriptions`, whose entries then have no effect. Only the
 * engine knows whether a `config.yaml` has subscriptions. So the engine is asked about an entry beside that `config.yaml`. A
 * `config.yaml` that the engine refuses is reported with the other foreign keys. Source: argo-cd
 * util/notification/settings/legacy.go, a merge patch of two lists.
 */
export function ignoredSubscriptions(
  configMap: LiveObject | undefined,
  inquiry: Inquiry,
): Finding | undefined {
  const legacy = configMap?.data[LEGACY_KEY];
  if (legacy === undefined || legacy === '') return undefined;
  const subscriptions = formatEntries([{ recipients: [PROBE], triggers: [PROBE] }]);
  const answer = inquiry.ask({
    call: 'check',
    configMap: { [LEGACY_KEY]: legacy, [SUBSCRIPTIONS_KEY]: subscriptions },
    secret: {},
    recipient: PROBE,
  });
  if (!answer?.ok || answer.isSubscribed !== false) return undefined;
  const message =
    `the ConfigMap has the legacy key ${LEGACY_KEY}, and Argo CD reads its subscriptions instead of the key ${SUBSCRIPTIONS_KEY}. ` +
    `Argo CD therefore sends nothing for the entries of ${SUBSCRIPTIONS_KEY}. Move the entries of ${LEGACY_KEY} to the key ` +
    `${SUBSCRIPTIONS_KEY}, and remove them from ${LEGACY_KEY}.`;
  return { reason: 'EngineIgnoresSubscriptions', message };
}
