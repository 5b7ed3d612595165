import type { FakeDingTalk } from './fake-dingtalk.ts';

/** Fields of the configuration file, beside its head; `dingtalk` points to the fake unless given. */
export type ConfigFields = Readonly<Record<string, unknown>>;

/** A configuration file that knows the fake DingTalk as the only one. */
export function operatorConfiguration(dingtalk: FakeDingTalk, fields: ConfigFields): object {
  return {
    apiVersion: 'config.argocd-dingtalk.io/v1alpha1',
    kind: 'OperatorConfiguration',
    dingtalk: {
      endpoint: `${dingtalk.url}/robot/send`,
      allowedHosts: [dingtalk.host],
      caFile: dingtalk.caFile,
    },
    // So that what arrives are notifications.
    robots: { verify: 'Never' },
    argocd: { url: 'https://argocd.example.com' },
    // Tests wait for every single change.
    limits: { writeInterval: '100ms' },
    log: { level: 'debug' },
    ...fields,
  };
}
