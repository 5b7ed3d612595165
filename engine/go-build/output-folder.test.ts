import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillFolder, outputFolder } from './output-folder.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'go-build-'));
});
afterEach(() => rmSync(base, { recursive: true }));

const reported: string[] = [];
const context = (signal = new AbortController().signal) => ({
  signal,
  report: (line: string) => void reported.push(line),
});

/** A module of one source file. */
function folder({ settings = 'go1.26', source = 'package main' } = {}) {
  const moduleDir = join(base, 'module');
  mkdirSync(moduleDir, { recursive: true });
  for (const name of ['go.mod', 'go.sum', 'main.go']) writeFileSync(join(moduleDir, name), source);
  return outputFolder({ moduleDir, base }, settings, ['main.go']);
}

/** Files of a folder that are built by writing them. */
function files({ directory }: { readonly directory: string }, ...names: string[]) {
  const built: string[][] = [];
  return {
    built,
    missing: () => names.filter((name) => !existsSync(join(directory, name))),
    build: async (missing: readonly string[]) => {
      built.push([...missing]);
      for (const name of missing) writeFileSync(join(directory, name), '');
    },
  };
}

describe('the name of an output folder', () => {
  it('is the same for the same module and settings, and another one after any change', () => {
    const { directory } = folder();
    expect(folder().directory).toBe(directory);
    expect(folder({ settings: 'go1.27' }).directory).not.toBe(directory);
    expect(folder({ source: 'package other' }).directory).not.toBe(directory);
  });
});

describe('fillFolder', () => {
  it('builds what is missing and nothing else, and lets `current` lead there', async () => {
    const output = folder();
    const { built, missing, build } = files(output, 'a', 'b');
    mkdirSync(output.directory);
    writeFileSync(join(output.directory, 'a'), '');
    await fillFolder(output, missing, build, context());
    await fillFolder(output, missing, build, context());
    expect(built).toEqual([['b']]);
    expect(join(base, readlinkSync(join(base, 'current')))).toBe(output.directory);
    expect(existsSync(`${output.directory}.lock`)).toBe(false);
  });

  it('switches `current` to another folder', async () => {
    for (const output of [folder(), folder({ settings: 'go1.27' })]) {
      const { missing, build } = files(output, 'a');
      await fillFolder(output, missing, build, context());
      expect(join(base, readlinkSync(join(base, 'current')))).toBe(output.directory);
    }
  });

  it('builds once for two that ask at the same time', async () => {
    const output = folder();
    const { built, missing, build } = files(output, 'a');
    await Promise.all([1, 2].map(() => fillFolder(output, missing, build, context())));
    expect(built).toEqual([['a']]);
    expect(reported).toContain(`waiting for the build of process ${process.pid} on ${hostname()} to finish`);
  });

  it('takes over from an owner that has died, and waits for one that lives until it is interrupted', async () => {
    const output = folder();
    const { built, missing, build } = files(output, 'a');
    writeFileSync(`${output.directory}.lock`, `process ${process.pid} on ${hostname()}`);
    const reason = new Error('interrupted');
    const interrupt = new AbortController();
    const waiting = fillFolder(output, missing, build, context(interrupt.signal));
    interrupt.abort(reason);
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError', cause: reason });
    expect(built).toEqual([]);
    // No process has so high a number: Linux counts up to 2^22.
    writeFileSync(`${output.directory}.lock`, `process ${2 ** 30} on ${hostname()}`);
    await fillFolder(output, missing, build, context());
    expect(built).toEqual([['a']]);
  });

  it('leaves `current` alone and frees the lock if a build fails', async () => {
    const output = folder();
    const { missing } = files(output, 'a');
    const fail = () => Promise.reject(new Error('no'));
    await expect(fillFolder(output, missing, fail, context())).rejects.toThrow('no');
    expect(existsSync(join(base, 'current'))).toBe(false);
    expect(existsSync(`${output.directory}.lock`)).toBe(false);
  });
});
