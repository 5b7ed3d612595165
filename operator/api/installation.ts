/**
 * The ConfigMaps in which the operator tells what it runs with, in the namespace of its target. The manifests ship them without data,
 * so that no tool that applies the manifests removes what the operator has written.
 */
export const INSTALLATION = {
  /** Readable by every authenticated user. */
  everybody: 'argocd-dingtalk-installation',
  /** The rest of the configuration: it names projects and namespaces of all teams. */
  admins: 'argocd-dingtalk-installation-grants',
} as const;

/** The keys of these ConfigMaps; `version` and `tested` are in the first one only. */
export const INSTALLATION_KEYS = {
  /** A part of the operator's configuration file. */
  configuration: 'configuration.yaml',
  /** The operator's version. */
  version: 'version',
  /** The versions that the operator was tested with, as YAML. */
  tested: 'tested',
  /** RFC 3339: the time at which something else of the ConfigMap changed last. */
  updatedAt: 'updatedAt',
} as const;

/** The versions that the tests run with, for the key `tested`. A test compares them with the Go modules of the engine and the test bed. */
export const TESTED_WITH = {
  argocd: '3.5.7',
  'notifications-engine': '0.5.1-0.20260503100631-0cff13b8a717',
  kubernetes: '1.36.3',
} as const;
