/** Live resources come first, so no new one displaces them; then the oldest. */
export function inOrderOfAdmission<
  T extends {
    readonly cr: { readonly metadata: { readonly creationTimestamp: string; readonly uid: string } };
  },
>(resources: readonly T[], isLive: (resource: T) => boolean): T[] {
  const ranked = resources.map((resource) => {
    const { creationTimestamp, uid } = resource.cr.metadata;
    return { resource, rank: `${isLive(resource) ? 0 : 1} ${creationTimestamp} ${uid}` };
  });
  return ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ resource }) => resource);
}
