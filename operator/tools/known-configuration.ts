import { INSTALLATION } from '../api/installation.ts';
import { OPERATOR_VERSION } from '../api/version.ts';
import { readInstallation } from '../cluster/read-installation.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import { readConfiguration } from './configuration.ts';
import { orUsageError } from './connection.ts';
import type { ProcessIO } from './process-io.ts';

/** The options of every command that needs the configuration of an installation in a cluster. */
export interface ConfigurationOptions {
  /** The operator's configuration file; absent: as the operator has published it. */
  readonly config?: string;
  /** Where the operator has published it; absent: `argocd`. */
  readonly argocdNamespace?: string;
}

/** The operator's configuration as far as the caller knows it. */
export interface KnownConfiguration {
  /** Parts that are not known have their defaults. */
  readonly config: OperatorConfiguration;
  /** Which parts are the operator's own: the grants, and all others. */
  readonly knows: { readonly settings: boolean; readonly grants: boolean };
  /** The operator's version, if it has published it. */
  readonly version?: string;
}

/** The default of `target.namespace`. */
export const ARGOCD_NAMESPACE = 'argocd';

/**
 * The configuration by which to judge an installation: the given one, as the operator has published it, or the default one. Notes on
 * standard error say which parts are not known.
 * @param given of a file, which wins
 * @param parts whether the command draws conclusions from grants
 * @throws UsageError if the cluster can't be read
 */
export async function knownConfiguration(
  given: OperatorConfiguration | undefined,
  { argocdNamespace = ARGOCD_NAMESPACE }: Pick<ConfigurationOptions, 'argocdNamespace'>,
  request: ApiCall,
  { stderr }: Pick<ProcessIO, 'stderr'>,
  parts: 'settings' | 'settings and grants',
): Promise<KnownConfiguration> {
  if (given) return { config: given, knows: { settings: true, grants: true } };
  const note = (text: string) => void stderr.write(`note: ${text}\n`);
  const installation = await orUsageError(() => readInstallation(request, argocdNamespace));
  const nameOf = (name: string) => `ConfigMap ${argocdNamespace}/${name}`;
  if (installation.state === 'unknown') {
    note(
      `the operator's configuration is not known, and the default configuration counts: ${nameOf(INSTALLATION.everybody)} ` +
        `${installation.message}. Name Argo CD's namespace as --argocd-namespace, or give the configuration as --config.`,
    );
    const config = inNamespace(readConfiguration(undefined), argocdNamespace);
    return { config, knows: { settings: false, grants: false } };
  }
  const { config, grants, unknownFields, version } = installation;
  if (unknownFields.length > 0)
    note(
      `the operator has version ${version}, and this command has version ${OPERATOR_VERSION}, which does not know these ` +
        `fields of its configuration: ${unknownFields.join(', ')}. Use the command of the operator's version.`,
    );
  if (grants.state === 'unknown' && parts === 'settings and grants')
    note(
      `the grants of the installation are not known: ${nameOf(INSTALLATION.admins)} ${grants.message}. ` +
        'Conclusions that depend on a grant are uncertain.',
    );
  return { config, version, knows: { settings: true, grants: grants.state === 'known' } };
}

/** The defaults where Argo CD is in another namespace. */
export function inNamespace(config: OperatorConfiguration, namespace: string): OperatorConfiguration {
  return {
    ...config,
    target: { ...config.target, namespace },
    tenancy: { ...config.tenancy, trustedNamespaces: [namespace] },
  };
}

/**
 * A snapshot in which nothing is refused because of a setting that is not known: unknown grants trust all namespaces, and unknown limits
 * have room for everything. Access to Applications stays the least that is certain.
 * @param more namespaces of resources that are not in the snapshot yet
 */
export function withoutDoubt<S extends Judged>(
  snapshot: S,
  { settings, grants }: KnownConfiguration['knows'],
  more: readonly string[] = [],
): S {
  if (grants) return snapshot;
  const { config, templates, subscriptions } = snapshot;
  const used = [...templates, ...subscriptions].map(({ metadata }) => metadata.namespace);
  const { tenancy, limits } = config;
  const trustedNamespaces = [...new Set([...tenancy.trustedNamespaces, ...used, ...more])];
  return {
    ...snapshot,
    config: {
      ...config,
      tenancy: { ...tenancy, trustedNamespaces },
      ...(!settings && { limits: { ...limits, ...ROOM } }),
    },
  };
}

type Judged = Pick<Snapshot, 'config' | 'templates' | 'subscriptions'>;

const PLENTY = Number.MAX_SAFE_INTEGER;
const ROOM = {
  configMapBytes: PLENTY,
  secretBytes: PLENTY,
  unscopedTriggers: PLENTY,
  perNamespace: {
    subscriptions: PLENTY,
    keys: PLENTY,
    bytes: PLENTY,
    resources: PLENTY,
    specBytes: PLENTY,
    messages: PLENTY,
    questions: PLENTY,
  },
} as const;
