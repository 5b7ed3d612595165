import { yamlFields } from '../../../argocd/yaml-value.ts';
import type { OperatorConfiguration } from '../../../config/config.ts';
import type { Manifest } from '../../../files/manifests.ts';

/** Something in files that Argo CD's notification configuration is, or is made from. */
export interface ConfigurationSource {
  /** As messages name it: `ConfigMap argocd/argocd-notifications-cm`, `Helm values`. */
  readonly name: string;
  readonly kind: 'ConfigMap' | 'values' | 'NotificationsConfiguration';
  /** Absent where the file does not say. */
  readonly namespace?: string | undefined;
  /** The ConfigMap's data. */
  readonly data: Readonly<Record<string, string>>;
  /** Values of the Secret that the source makes too; confidential. */
  readonly secret: Readonly<Record<string, string>>;
  /** Where each key is, in one file or more. */
  readonly places: ReadonlyMap<string, readonly FieldPlace[]>;
  /** The same of the Secret's keys. */
  readonly secretPlaces: ReadonlyMap<string, readonly FieldPlace[]>;
  /** Values that are not text, with their places. */
  readonly problems: readonly string[];
  /** Keys that Argo CD does not read, with the reason. */
  readonly notes: readonly string[];
  readonly manifest: Manifest;
}

/** A field of a manifest. */
export interface FieldPlace {
  readonly manifest: Manifest;
  readonly field: string;
}

/** An object's fields that name it, as far as a file has them as text. */
export interface Identity {
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** The names of what a manifest describes. */
export function identityOf({ value }: Manifest): Identity {
  const { kind, metadata } = yamlFields(value);
  const { name, namespace } = yamlFields(metadata);
  const text = (each: unknown) => (typeof each === 'string' && each !== '' ? each : undefined);
  return { kind: text(kind), name: text(name), namespace: text(namespace) };
}

/** `values.yaml:3:5` */
export function describePlace({ manifest, field }: FieldPlace): string {
  const { line, column } = manifest.place(field);
  return `${manifest.file}:${line}:${column}`;
}

/**
 * What is said about a configuration of the same name in a namespace beside Argo CD's: with self-service notifications, Argo CD reads
 * it for the Applications of that namespace.
 */
export const neighbourNote = (
  namespace: string,
  { configMap, secret }: Pick<OperatorConfiguration['target'], 'configMap' | 'secret'>,
): string =>
  `ConfigMap ${namespace}/${configMap} stays as it is. Argo CD reads it for the Applications of namespace ${namespace} if its ` +
  'controller runs with --self-service-notification-enabled. Its team can write a DingTalkRobot and a NotificationSubscription in ' +
  `that namespace instead, and then remove the ConfigMap and the Secret ${namespace}/${secret}.`;
