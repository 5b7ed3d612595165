/**
 * The elements that pass a test; the list itself if all do. Much is remembered of a list, and most lists of thousands of elements lose
 * none.
 */
export function filtered<T>(list: readonly T[], test: (element: T) => boolean): readonly T[] {
  return list.every(test) ? list : list.filter(test);
}

/** So many lists are kept: a decision may look at a part of all resources before it looks at all of them. */
const KEPT = 2;

/**
 * Gives the same list for the same elements in the same order, as long as few other lists come in between. What is derived from a list
 * as a whole can then be remembered with the list.
 */
export function listKeeper(): <T>(list: readonly T[]) => readonly T[] {
  let kept: readonly (readonly unknown[])[] = [];
  return <T>(list: readonly T[]) => {
    const known = kept.find((each) => isSameList(each, list));
    kept = [known ?? list, ...kept.filter((each) => each !== known)].slice(0, KEPT);
    return (known ?? list) as readonly T[];
  };
}

/** Whether two lists have the same elements in the same order. */
export const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index]);
