import type { OperatorConfiguration } from '../config.ts';
import type { Answers } from '../core/gate/inquiry.ts';
import type { CredentialSecret, Snapshot } from '../core/snapshot.ts';
import type { Caches } from './caches.ts';
import { liveConfigMap, liveSecret } from './live-object.ts';

/** Both clocks at one moment. */
export interface Times {
  readonly now: Date;
  readonly serverTime: Date;
}

/** Takes the picture that a decision is made from. */
export function takeSnapshot(
  caches: Caches,
  config: OperatorConfiguration,
  credentials: ReadonlyMap<string, CredentialSecret>,
  answers: Answers,
  times: Times,
): Snapshot {
  const { namespace, configMap, secret } = config.target;
  return {
    ...times,
    config,
    robots: caches.robots.items(),
    templates: caches.templates.items(),
    subscriptions: caches.subscriptions.items(),
    credentials,
    answers,
    target: {
      configMap: liveConfigMap(caches.configMap.get(namespace, configMap)),
      secret: liveSecret(caches.secret.get(namespace, secret)),
    },
    argocdUrl: caches.argocdConfigMap.get(namespace, config.argocd.configMap)?.data?.url,
  };
}
