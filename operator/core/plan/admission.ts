import { ObjectMemo } from '../../lib/memo.ts';

interface Aged {
  readonly creationTimestamp: string;
  readonly uid: string;
}

const ages = new ObjectMemo<Aged, string>();
const ageOf = (metadata: Aged): string =>
  ages.get(metadata, [], () => `${metadata.creationTimestamp} ${metadata.uid}`);

/** Live resources come first, so no new one displaces them; then the oldest. */
export function inOrderOfAdmission<
  T extends {
    readonly cr: { readonly metadata: Aged };
  },
>(resources: readonly T[], isLive: (resource: T) => boolean): T[] {
  const ranked = resources.map((resource) => ({
    resource,
    isLive: isLive(resource),
    age: ageOf(resource.cr.metadata),
  }));
  return ranked
    .sort((a, b) => (a.isLive === b.isLive ? (a.age < b.age ? -1 : 1) : a.isLive ? -1 : 1))
    .map(({ resource }) => resource);
}
