import type { DingTalkRobot } from '../api/kinds.ts';
import { objectKey } from '../api/names.ts';
import type { CredentialSecret } from '../core/model/snapshot.ts';
import { decodeSecretValue } from '../kubernetes/secret-values.ts';
import type { Manifest } from './manifests.ts';

/** The texts of a ConfigMap among the manifests; undefined if it is not there. */
export function givenConfigMap(
  manifests: readonly Manifest[],
  namespace: string,
  name: string,
): Readonly<Record<string, string>> | undefined {
  for (const { value } of manifests) {
    const { kind, metadata, data } = value as {
      readonly kind?: string;
      readonly metadata?: { readonly name?: string; readonly namespace?: string } | null;
      readonly data?: Readonly<Record<string, unknown>> | null;
    };
    const isHere = (metadata?.namespace ?? namespace) === namespace && metadata?.name === name;
    if (kind === 'ConfigMap' && isHere) return Object.fromEntries(textsOf(data));
  }
  return undefined;
}

/** The Secrets among the manifests. A Secret without a namespace belongs to `defaultNamespace`. */
export function givenCredentials(
  manifests: readonly Manifest[],
  defaultNamespace: string,
): [string, CredentialSecret][] {
  return manifests.flatMap(({ value }): [string, CredentialSecret][] => {
    const secret = value as {
      readonly kind?: string;
      readonly metadata?: { readonly name?: string; readonly namespace?: string } | null;
      readonly data?: Readonly<Record<string, unknown>> | null;
      readonly stringData?: Readonly<Record<string, unknown>> | null;
    };
    if (secret.kind !== 'Secret' || !secret.metadata?.name) return [];
    const decoded = textsOf(secret.data).map(([key, text]) => [key, decodeSecretValue(text)]);
    const data = { ...Object.fromEntries(decoded), ...Object.fromEntries(textsOf(secret.stringData)) };
    return [
      [
        objectKey(secret.metadata.namespace ?? defaultNamespace, secret.metadata.name),
        { state: 'found', data },
      ],
    ];
  });
}

/** The API server stores no ConfigMap or Secret with another value. */
const textsOf = (data: Readonly<Record<string, unknown>> | null | undefined): [string, string][] =>
  Object.entries(data ?? {}).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : []));

/** Credentials that would be right, for all references of robots. */
export function assumedCredentials(robots: readonly DingTalkRobot[]): [string, CredentialSecret][] {
  const found = new Map<string, Record<string, string>>();
  for (const { metadata, spec } of robots) {
    const add = (reference: { name: string; key: string } | undefined, value: string) => {
      if (!reference) return;
      const key = objectKey(metadata.namespace, reference.name);
      found.set(key, { ...found.get(key), [reference.key]: value });
    };
    add(spec.webhook.secretKeyRef, 'assumed');
    add(spec.signing?.secretKeyRef, 'SECassumed');
  }
  return [...found].map(([key, data]) => [key, { state: 'found', data }]);
}
