import { describe, expect, it } from 'vitest';
import { SOURCES, type Source } from './sources.ts';

/** What Argo CD's engine reads by: the beginnings of keys of its ConfigMap, its annotations, the fields of what it reads. */
const TEXTS: readonly (readonly [string, RegExp])[] = [
  [
    'the beginning of a key',
    /(['"`/^|(])(service\.webhook|service|template|trigger)(\)?\\?\.(?=['"`$(\\/[.*+]|dt_)|['"`] \+ )/,
  ],
  [
    'a key that has one name',
    /data\??\.?\[?['"]?(context|subscriptions|defaultTriggers)\b|key === '|'(config\.yaml|defaultTriggers\.?)'/,
  ],
  ['an annotation', /notifications\\?\.argoproj\\?\.io/],
  ['the key of a note', /\$\{(trigger|service)\}:[[:$]|\[\^:\]/],
  ['a marker of the shared list', /# ?(BEGIN|END) |managedBy['"`]/],
  ['a reference to the Secret', /`\$\$\{(?!name)|\$\]?\[\\w-\]/],
  ['a moment of a condition', /\\d\{4\}-|'\$\{(since|moment)\}'|#\[1\] >/],
  ['the mark of a value', /startsWith\([^)]*provenance|uid\.slice\(/],
  ['the scope of a condition', /`\) and |\$\{(fence|accessCondition)\}\) and /],
];

const OUTSIDE = SOURCES.filter(({ path }) => !path.startsWith('argocd/') && !path.endsWith('.generated.ts'));

/** The lines of some files that a pattern finds, comments aside. */
const linesWith = (pattern: RegExp, files: readonly Source[] = OUTSIDE): string[] =>
  files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) && !/^\s*(\/\/|\/?\*)/.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
  );

describe('outside of argocd/', () => {
  it.each(TEXTS)('no file formats or parses %s of Argo CD', (_, pattern) => {
    expect(linesWith(pattern)).toEqual([]);
  });

  it.each([
    ['the beginning of a key', "key.startsWith('trigger.')"],
    ['the beginning of a key', "key.replace(/^trigger\\./, '')"],
    ['the beginning of a key', '/^(?:service\\.webhook|template)\\.(.*)$/'],
    ['the beginning of a key', '/^template\\.[^.]+$/'],
    ['the beginning of a key', '`template.$' + '{name}`'],
    ['the beginning of a key', "'trigger' + '.' + name"],
    ['an annotation', "'notified.notifications.argoproj.io'"],
    ['an annotation', '/^notifications\\.argoproj\\.io\\/subscribe/'],
  ])('%s is found in %s', (name, code) => {
    const [, pattern] = TEXTS.find(([each]) => each === name) ?? [];
    expect(code).toMatch(pattern ?? /^$/);
  });

  /** What they read or write as JSON or YAML is not Argo CD's: a message to DingTalk, and manifests for people. */
  const OTHERS = [
    'tools/preview/message.ts',
    'tools/adopt/manifests.ts',
    'tools/catalogue/text.ts',
    'tools/render/render.ts',
    // The operator's own ConfigMaps.
    'controller/publication.ts',
  ];

  it('no file of the core, the loop or a tool reads or writes a value as JSON or YAML on its own', () => {
    const files = OUTSIDE.filter(
      ({ path }) => /^(core|controller|cluster|tools)\//.test(path) && !OTHERS.includes(path),
    );
    expect(linesWith(/JSON\.parse\(|\byamlSafeJson\b|from 'yaml'/, files)).toEqual([]);
  });

  it('how long events count is the setting limits.maxEventAge, and no number', () => {
    // Ages of sample Applications are days of their own.
    const files = SOURCES.filter(({ path }) => path !== 'files/sample-application.ts');
    expect(linesWith(/\b86_?400(_?000)?\b|\b24 \* (60|3_?600)/, files)).toEqual([]);
  });

  it('a time in whole seconds has one form', () => {
    const files = SOURCES.filter(({ path }) => path !== 'lib/rfc3339.ts');
    expect(linesWith(/toISOString\(\)\.slice/, files)).toEqual([]);
  });
});
