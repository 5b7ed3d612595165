import { yamlFields } from '../../../argocd/yaml-value.ts';
import type { Manifest } from '../../../files/manifests.ts';
import { decodeSecretValue } from '../../../kubernetes/secret-values.ts';
import { identityOf } from './source.ts';
import { notBase64, readTexts } from './texts.ts';

/** Argo CD's Secret in files; confidential. */
export interface GivenSecret {
  /** All values, as text; undefined if the files do not have the Secret. */
  readonly texts: Readonly<Record<string, string>> | undefined;
  /** Values that the API server refuses; they are not repeated. */
  readonly problems: readonly string[];
  /** Secrets of that name that do not count. */
  readonly notes: readonly string[];
}

/** Reads the Secret of that name. A Secret without a namespace is in the one that is asked for. */
export function secretIn(manifests: readonly Manifest[], namespace: string, name: string): GivenSecret {
  const named = manifests.filter((each) => {
    const identity = identityOf(each);
    return identity.kind === 'Secret' && identity.name === name;
  });
  const manifest = named.find((each) => (identityOf(each).namespace ?? namespace) === namespace);
  if (!manifest) {
    const notes = named.map(
      (each) =>
        `Secret ${identityOf(each).namespace}/${name} is not read, since Argo CD reads the Secret in the namespace of its ConfigMap, ` +
        `which is ${namespace}`,
    );
    return { texts: undefined, problems: [], notes };
  }
  const { data, stringData } = yamlFields(manifest.value);
  const encoded = readTexts(manifest, 'data', data);
  const plain = readTexts(manifest, 'stringData', stringData);
  const decoded = Object.entries(encoded.texts).map(([key, text]) => [key, decodeSecretValue(text)]);
  return {
    texts: { ...Object.fromEntries(decoded), ...plain.texts },
    problems: [...encoded.problems, ...notBase64(encoded), ...plain.problems],
    notes: [],
  };
}
