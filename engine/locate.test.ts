import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { locateEngine } from './locate.ts';

describe('locateEngine', () => {
  it('finds what was built', () => {
    expect(locateEngine({})).toBe(
      join(import.meta.dirname, '..', 'bin', 'engine', 'current', 'engine.wasm.gz'),
    );
  });

  it('prefers the path that the environment names', () => {
    expect(locateEngine({ ARGOCD_DINGTALK_ENGINE: import.meta.filename })).toBe(import.meta.filename);
  });

  it('names the remedy for a path that does not exist', () => {
    expect(() => locateEngine({ ARGOCD_DINGTALK_ENGINE: '/nowhere/engine.wasm.gz' })).toThrow(
      "ARGOCD_DINGTALK_ENGINE names /nowhere/engine.wasm.gz, which does not exist: correct it, or unset it to use what 'make engine' built",
    );
  });
});
