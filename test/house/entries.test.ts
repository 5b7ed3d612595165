import { describe, expect, it } from 'vitest';
import { ENTRIES, SETS_OF_EQUALS } from './entries.ts';
import { SOURCES } from './sources.ts';

/** A comment that stands by itself at the beginning of a file, and not before its first declaration. */
const FILE_COMMENT = /^\/\*\*\s(?:(?!\*\/)[\s\S])*\*\/\n\n/;

const FOLDERS = [...new Set(SOURCES.map(({ folder }) => folder))].sort();

describe('a folder', () => {
  it('has a file to read first, or is a set of equals', () => {
    expect([...Object.keys(ENTRIES), ...Object.keys(SETS_OF_EQUALS)].sort()).toEqual(FOLDERS);
  });

  it.each(Object.entries(ENTRIES))('%s is told of at the beginning of its %s', (folder, file) => {
    const path = folder === '.' ? file : `${folder}/${file}`;
    expect(SOURCES.find((source) => source.path === path)?.text).toMatch(FILE_COMMENT);
  });
});

describe('lib/', () => {
  /** Comments may name the source of a rule. */
  const code = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const libraries = SOURCES.filter(({ folder, path }) => folder === 'lib' && !path.endsWith('.generated.ts'));

  it.each(libraries.map(({ path, text }) => [path, text]))('%s has no word of the domain', (_, text) => {
    expect(code(text)).not.toMatch(/argo|dingtalk|robot|subscription|trigger|notif|custom resource/i);
  });
});
