import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { enginePath, locateEngine, missingEngine, packagedEngine, thisPlatform } from './locate.ts';

describe('locateEngine', () => {
  it('finds what was built', () => {
    expect(locateEngine({})).toBe(
      join(import.meta.dirname, '..', 'bin', 'engine', 'current', enginePath(thisPlatform())),
    );
  });

  it('prefers the path that the environment names, and makes it absolute', () => {
    const { filename } = import.meta;
    expect(locateEngine({ ARGOCD_DINGTALK_ENGINE: filename })).toBe(filename);
    expect(locateEngine({ ARGOCD_DINGTALK_ENGINE: relative(process.cwd(), filename) })).toBe(filename);
  });

  it('names the remedy for a path that does not exist', () => {
    expect(() => locateEngine({ ARGOCD_DINGTALK_ENGINE: '/nowhere/engine' })).toThrow(
      'ARGOCD_DINGTALK_ENGINE names /nowhere/engine, which does not exist: correct it, or unset it to use the engine of this installation',
    );
  });
});

it.each([
  [{ os: 'linux', arch: 'arm64' }, 'linux-arm64/argocd-dingtalk-engine'],
  [{ os: 'windows', arch: 'amd64' }, 'windows-amd64/argocd-dingtalk-engine.exe'],
])('has a place for each platform: %j', (platform, path) => {
  expect(enginePath(platform)).toBe(path);
});

it('is not in a package where none is installed', () => {
  expect(packagedEngine(import.meta.filename)).toBeUndefined();
});

it.each([
  ['linux-arm64', /package @argocd-dingtalk\/engine-linux-arm64 .* \/lib\/engine\..*--omit=optional/],
  ['win32-x64', /none for win32-x64, only for linux-x64, .*Build one for this platform/],
])('that is missing on %s is missed with a remedy', (platform, remedy) => {
  expect(missingEngine('/lib/engine', platform)).toMatch(remedy);
  expect(missingEngine('/lib/engine', platform)).toContain('set ARGOCD_DINGTALK_ENGINE to the path of an');
});
