import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { programCommand } from './programs.ts';

it('are the sources, unless BUNDLE=1 asks for the bundle', () => {
  const [file, ...args] = programCommand('argocd-dingtalk', ['lint'], '');
  expect(file).toMatch(/\/operator\/main\.ts$/);
  expect(existsSync(file as string)).toBe(true);
  expect(args).toEqual(['lint']);
});

it('are missed with a remedy where there is no bundle', () => {
  const nowhere = new URL('nowhere', import.meta.url).pathname;
  expect(() => programCommand('argocd-dingtalk', [], '1', nowhere)).toThrow(
    `BUNDLE=1, and there is no ${nowhere}/argocd-dingtalk.js: run 'make build'`,
  );
});
