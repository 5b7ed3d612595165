import { describe, expect, it } from 'vitest';
import { ObjectCache } from './object-cache.ts';
import type { KubernetesObject } from './objects.ts';

type Thing = KubernetesObject & { spec?: string; status?: string };

const thing = (
  name: string,
  resourceVersion: number | string,
  rest: { uid?: string; spec?: string; status?: string } = {},
): Thing => {
  const { uid = `uid-${name}`, ...fields } = rest;
  const metadata = { name, namespace: 'ns', uid, resourceVersion: `${resourceVersion}` };
  return { apiVersion: 'v1', kind: 'Thing', metadata, ...fields };
};

function cacheOf(...things: Thing[]): ObjectCache<Thing> {
  const cache = new ObjectCache<Thing>();
  cache.replace(things);
  return cache;
}

it('tells of no change in what is not kept, but knows the newest version', () => {
  const cache = cacheOf(thing('a', 1, { spec: 'x' }));
  const newer = thing('a', 2, { spec: 'x' });
  expect(cache.set(newer)).toEqual([]);
  expect(cache.get('ns', 'a')).toBe(newer);
  const edited = thing('a', 3, { spec: 'y' });
  expect(cache.set(edited)).toEqual([{ type: 'modified', object: edited }]);
});

it('gives the same list until something changes', () => {
  const cache = cacheOf(thing('a', 1), thing('b', 1));
  const changes: readonly (() => unknown)[] = [
    () => cache.set(thing('a', 2)),
    () => cache.observe(thing('b', 2)),
    () => cache.delete(thing('b', 2)),
    () => cache.replace([thing('a', 2), thing('c', 3)]),
  ];
  for (const change of changes) {
    const before = cache.items();
    expect(cache.items()).toBe(before);
    change();
    expect(cache.items()).not.toEqual(before);
  }
  expect(cache.items().map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
});

describe('a list', () => {
  it('keeps the identity of what has not changed', () => {
    const before = thing('a', 1);
    const cache = cacheOf(before);
    expect(cache.replace([thing('a', 1)])).toEqual([]);
    expect(cache.get('ns', 'a')).toBe(before);
  });

  it('corrects what was taken for the content of a version', () => {
    const cache = cacheOf(thing('a', 1));
    const derived = thing('a', 2, { spec: 'as written' });
    cache.observe(derived, '1');
    expect(cache.replace([thing('a', 2, { spec: 'as written' })])).toEqual([]);
    expect(cache.get('ns', 'a')).toBe(derived);
    const mutated = thing('a', 2, { spec: 'by a webhook' });
    expect(cache.replace([mutated])).toEqual([{ type: 'modified', object: mutated }]);
    expect(cache.get('ns', 'a')).toBe(mutated);
  });

  it('may be older than what is known, as after a restore of etcd', () => {
    const cache = cacheOf(thing('a', 9));
    const restored = thing('a', 5);
    expect(cache.replace([restored])).toEqual([{ type: 'modified', object: restored }]);
    expect(cache.get('ns', 'a')).toBe(restored);
  });

  it('does not undo a write that was answered while it was made', () => {
    const cache = cacheOf(thing('a', 1), thing('b', 1));
    cache.beginList();
    const written = thing('a', 7, { status: 'new' });
    cache.observe(written);
    expect(cache.replace([thing('a', 1)])).toEqual([{ type: 'deleted', object: thing('b', 1) }]);
    expect(cache.get('ns', 'a')).toBe(written);
  });

  it('does undo one from before it began', () => {
    const cache = cacheOf(thing('a', 1));
    cache.observe(thing('a', 7));
    cache.beginList();
    cache.replace([thing('a', 5)]);
    expect(cache.get('ns', 'a')?.metadata.resourceVersion).toBe('5');
  });
});

describe('the answer to a write of ours', () => {
  it('is no news if only the status is new', () => {
    const cache = cacheOf(thing('a', 1, { spec: 's' }));
    const written = thing('a', 3, { spec: 's', status: 'new' });
    expect(cache.observe(written)).toEqual([]);
    expect(cache.get('ns', 'a')).toBe(written);
  });

  it('is news if it holds an edit of somebody else, which the watch will not report any more', () => {
    const cache = cacheOf(thing('a', 1, { spec: 'old' }));
    const written = thing('a', 3, { spec: 'edited', status: 'new' });
    expect(cache.observe(written)).toEqual([{ type: 'modified', object: written }]);
    expect(cache.set(thing('a', 2, { spec: 'edited' }))).toEqual([]);
    expect(cache.set(thing('a', 3, { spec: 'edited', status: 'new' }))).toEqual([]);
    expect(cache.get('ns', 'a')).toBe(written);
  });

  it('is no news if nobody can have come in between', () => {
    const cache = cacheOf(thing('a', 1, { spec: 'old' }));
    expect(cache.observe(thing('a', 3, { spec: 'ours' }), '1')).toEqual([]);
    expect(cache.get('ns', 'a')?.spec).toBe('ours');
  });

  it.each([
    ['of an object that is not known any more', thing('gone', 9)],
    ['of another object under the same name', thing('a', 9, { uid: 'other' })],
    ['that the watch has overtaken', thing('a', 99)],
    ['that the watch has brought already', thing('a', 100)],
  ])('%s is ignored', (_, written) => {
    const known = thing('a', 100);
    const cache = cacheOf(known);
    expect(cache.observe(written)).toEqual([]);
    expect(cache.items()).toEqual([known]);
    expect(cache.get('ns', 'a')).toBe(known);
  });

  it('is taken if the versions cannot be compared', () => {
    const cache = cacheOf(thing('a', 'x9'));
    cache.observe(thing('a', 'x10'));
    expect(cache.get('ns', 'a')?.metadata.resourceVersion).toBe('x10');
  });

  it('compares versions as numbers of any size', () => {
    const cache = cacheOf(thing('a', '18446744073709551610'));
    cache.observe(thing('a', '9'));
    expect(cache.get('ns', 'a')?.metadata.resourceVersion).toBe('18446744073709551610');
    cache.observe(thing('a', '18446744073709551611'));
    expect(cache.get('ns', 'a')?.metadata.resourceVersion).toBe('18446744073709551611');
  });
});

describe('a deletion', () => {
  it('reports the last state', () => {
    const cache = cacheOf(thing('a', 1));
    expect(cache.delete(thing('a', 4))).toEqual([{ type: 'deleted', object: thing('a', 4) }]);
    expect(cache.items()).toEqual([]);
  });

  it('of what is not there is no change', () => {
    expect(cacheOf().delete(thing('a', 4))).toEqual([]);
  });

  it('does not hit a later object of the same name', () => {
    const cache = cacheOf(thing('a', 9, { uid: 'second' }));
    expect(cache.delete(thing('a', 4, { uid: 'first' }))).toEqual([]);
    expect(cache.items()).toHaveLength(1);
  });
});

describe('names', () => {
  it('with and without namespace do not mix', () => {
    const cache = cacheOf(thing('a', 1));
    expect(cache.get(undefined, 'a')).toBeUndefined();
    expect(cache.get('ns', 'a')).toBeDefined();
  });
});

describe('while a status of ours is written', () => {
  const written = thing('a', 3, { spec: 's', status: 'ours' });
  const others = thing('a', 4, { spec: 's', status: 'theirs' });
  const writing = () => {
    const cache = cacheOf(thing('a', 1, { spec: 's' }));
    cache.beginStatusWrite('ns', 'a');
    return cache;
  };

  it('what the watch tells of it before the answer is no news', () => {
    const cache = writing();
    expect(cache.set(written)).toEqual([]);
    expect(cache.endStatusWrite('ns', 'a', written)).toEqual([]);
    expect(cache.get('ns', 'a')).toBe(written);
  });

  it('nor is it after the answer', () => {
    const cache = writing();
    expect(cache.endStatusWrite('ns', 'a', written)).toEqual([]);
    expect(cache.set(written)).toEqual([]);
  });

  it('a change of anything else is news at once', () => {
    const cache = writing();
    const edited = thing('a', 2, { spec: 'edited' });
    expect(cache.set(edited)).toEqual([{ type: 'modified', object: edited }]);
    expect(cache.endStatusWrite('ns', 'a', undefined)).toEqual([]);
  });

  it.each([
    ['ours was refused', undefined, [others]],
    ['ours came before', written, [written, others]],
  ])("somebody else's status is news, where %s", (_, answer, told) => {
    const cache = writing();
    for (const object of told) expect(cache.set(object)).toEqual([]);
    expect(cache.endStatusWrite('ns', 'a', answer)).toEqual([{ type: 'modified', object: others }]);
    expect(cache.get('ns', 'a')).toBe(others);
  });

  it('what is told later, or of another object, is news as ever', () => {
    const cache = writing();
    const other = thing('b', 2);
    expect(cache.set(other)).toEqual([{ type: 'added', object: other }]);
    cache.endStatusWrite('ns', 'a', written);
    expect(cache.set(others)).toEqual([{ type: 'modified', object: others }]);
  });

  it('and the object goes, it is gone', () => {
    const cache = writing();
    cache.set(written);
    cache.delete(written);
    expect(cache.endStatusWrite('ns', 'a', written)).toEqual([]);
    expect(cache.get('ns', 'a')).toBeUndefined();
  });
});

describe('an object that the operator creates', () => {
  it('is known with the answer, and its own event is no change', () => {
    const cache = cacheOf();
    cache.beginCreation('ns', 'a');
    const created = thing('a', 5);
    cache.endCreation('ns', 'a', created);
    expect(cache.items()).toEqual([created]);
    expect(cache.set(thing('a', 5))).toEqual([]);
    expect(cache.set(thing('a', 6, { spec: 'x' }))).toHaveLength(1);
    expect(cache.delete(thing('a', 7))).toHaveLength(1);
  });

  it('is known in its newer state if the watch was faster', () => {
    const cache = cacheOf();
    cache.beginCreation('ns', 'a');
    const newer = thing('a', 6, { spec: 'x' });
    expect(cache.set(newer)).toEqual([{ type: 'added', object: newer }]);
    cache.endCreation('ns', 'a', thing('a', 5));
    expect(cache.get('ns', 'a')).toBe(newer);
  });

  it('does not come back if the watch has reported its deletion, whereas a later one of the name does', () => {
    const cache = cacheOf();
    cache.beginCreation('ns', 'a');
    cache.delete(thing('a', 6));
    cache.endCreation('ns', 'a', thing('a', 5));
    expect(cache.items()).toEqual([]);
    cache.beginCreation('ns', 'a');
    cache.endCreation('ns', 'a', thing('a', 7));
    expect(cache.items()).toHaveLength(1);
  });

  it('is not there if nothing was created', () => {
    const cache = cacheOf();
    cache.beginCreation('ns', 'a');
    cache.endCreation('ns', 'a', undefined);
    expect(cache.items()).toEqual([]);
  });
});
