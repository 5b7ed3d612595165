import { describe, expect, it } from 'vitest';
import { SOURCES } from './sources.ts';

/** What Argo CD's engine reads by: the beginnings of keys of its ConfigMap, its annotations, the fields of what it reads. */
const TEXTS: readonly (readonly [string, RegExp])[] = [
  ['the beginning of a key', /(['"`/^|(])(service\.webhook|service|template|trigger)\\?\.(?=['"`$(\\]|dt_)/],
  ['an annotation', /notifications\.argoproj\.io/],
];

const OUTSIDE = SOURCES.filter(({ path }) => !path.startsWith('argocd/') && !path.endsWith('.generated.ts'));

describe('outside of argocd/', () => {
  it.each(TEXTS)('no file formats or parses %s of Argo CD', (_, pattern) => {
    const found = OUTSIDE.flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          pattern.test(line) && !/^\s*(\/\/|\/?\*)/.test(line)
            ? [`${path}:${index + 1}: ${line.trim()}`]
            : [],
        ),
    );
    expect(found).toEqual([]);
  });
});
