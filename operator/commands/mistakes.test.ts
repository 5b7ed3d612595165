import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REASONS } from '../api/reasons.ts';
import type { LintFinding } from '../files/finding.ts';
import { run, TestFiles } from './testing/command-line.ts';
import { MISTAKES, NOT_IN_FILES } from './testing/mistakes.ts';

const files = new TestFiles();
afterAll(() => files.remove());

describe('lint of a folder with every documented mistake', () => {
  let findings: LintFinding[];
  let text: string;
  beforeAll(async () => {
    mkdirSync(join(files.dir, 'mistakes'));
    for (const [reason, content] of Object.entries(MISTAKES)) files.write(`mistakes/${reason}.yaml`, content);
    const folder = join(files.dir, 'mistakes');
    const json = await run('lint', '-f', folder, '-o', 'json');
    expect(json).toMatchObject({ code: 1, stderr: '' });
    findings = JSON.parse(json.stdout) as LintFinding[];
    text = (await run('lint', '-f', folder)).stdout;
  }, 60_000);

  it.each(Object.keys(MISTAKES))('tells %s, where it is and what to do', (reason) => {
    const file = join(files.dir, 'mistakes', `${reason}.yaml`);
    const found = findings.find((finding) => finding.file === file && finding.reason === reason);
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(found).toMatchObject({
      message: expect.stringMatching(/.{20}/),
      hint: expect.stringMatching(/\.$/),
    });
    // A list or map under a field begins in the line below it.
    const [above = '', line = ''] = lines.slice((found?.line ?? 0) - 2, found?.line);
    expect(line.includes('# here') || line.includes('! here') ? line : above).toContain('here');
    expect(found?.column).toBeGreaterThan(1);
    expect(text).toContain(`${file}:${found?.line}:${found?.column}: `);
    expect(text).toContain(found?.hint);
  });

  it('leaves no reason out', () => {
    const tested = Object.keys(MISTAKES);
    const delivery = (reason: string) =>
      Object.keys(REASONS).indexOf(reason) >= Object.keys(REASONS).indexOf('NotVerified');
    const untested = Object.keys(REASONS).filter((reason) => !tested.includes(reason) && !delivery(reason));
    expect(untested.sort()).toEqual([...NOT_IN_FILES].sort());
  });
});
