import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { LintFinding } from '../files/finding.ts';
import { runProgram } from './program.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'lint-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(['lint', ...args], {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    once: () => undefined,
  });
  return { code, stdout: out.join(''), stderr: err.join('') };
}

function file(name: string, documents: readonly object[]): string {
  const path = join(dir, name);
  writeFileSync(path, documents.map((document) => stringify(document)).join('---\n'));
  return path;
}

const API = 'argocd-dingtalk.io/v1alpha1';
const where = (name: string, namespace = 'argocd') => ({ name, namespace });
const template = (name: string, raw: string) => ({
  apiVersion: API,
  kind: 'NotificationTemplate',
  metadata: where(name),
  spec: { message: { raw } },
});
const robot = {
  apiVersion: API,
  kind: 'DingTalkRobot',
  metadata: where('robot'),
  spec: { webhook: { secretKeyRef: { name: 'robot', key: 'webhook' } } },
};
const subscription = (name: string, events: readonly object[]) => ({
  apiVersion: API,
  kind: 'NotificationSubscription',
  metadata: where(name),
  spec: { robots: [{ name: 'robot' }], applications: { all: true }, events },
});

const SAMPLES = new URL('../../samples', import.meta.url).pathname;

describe('lint', () => {
  it('has nothing to refuse in the samples', async () => {
    const { code, stdout } = await run('-f', SAMPLES, '--config', join(SAMPLES, 'config.yaml'), '-o', 'json');
    expect((JSON.parse(stdout) as LintFinding[]).filter(({ accepted }) => !accepted)).toEqual([]);
    expect(code).toBe(0);
  });

  it('points to file, line and column, and exits with 1', async () => {
    const path = file('bad.yaml', [
      robot,
      subscription('events', [{ trigger: 'on-sync-fialed' }, { name: 'own', when: 'app.status ==' }]),
      { ...template('wrong', '{}'), spec: { message: {}, extra: 1 } },
    ]);
    const { code, stdout } = await run('-f', path);
    expect(code).toBe(1);
    expect(stdout).toContain(
      `${path}:23:16: error: NotificationSubscription argocd/events: UnknownTrigger: spec.events[0].trigger`,
    );
    expect(stdout).toContain('spec.events[1].when, line 1, column 13: unexpected token EOF');
    expect(stdout).toMatch(/NotificationTemplate argocd\/wrong: UnsupportedField: spec\.extra/);
  });

  it('does not pass over a kind that is misspelt', async () => {
    const path = file('kind.yaml', [
      { ...robot, kind: 'DingTalkRobt' },
      { ...robot, apiVersion: 'argocd-dingtalk.io/v1' },
    ]);
    const { code, stdout } = await run('-f', path);
    expect(code).toBe(1);
    expect(stdout).toContain(`${path}:2:7: error: DingTalkRobt argocd/robot: UnknownKind`);
    expect(stdout).toContain('there is no argocd-dingtalk.io/v1 DingTalkRobot');
  });

  it('that can not read its input exits with 2', async () => {
    const none = await run('-f', file('none.yaml', [{ kind: 'ConfigMap' }]));
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('no custom resources') });
    expect(await run('-f', '/nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/nowhere: cannot be read'),
    });
    const path = join(dir, 'broken.yaml');
    writeFileSync(path, 'a: [\n');
    expect(await run('-f', path)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${path}:2:1: `),
    });
  });
});

/** What the real engine said of texts, as recorded. */
interface Row {
  readonly key: string;
  readonly value: string;
  readonly verdict: 'ok' | 'true' | 'false' | 'global' | 'runtime-error';
}

describe('everything that the real engine refuses', () => {
  const corpus = new URL('../../engine/testdata/verdicts.jsonl', import.meta.url);
  const rows = readFileSync(corpus, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
    .filter(({ verdict, value }) => verdict === 'global' && value !== '' && !/[\ud800-\udfff]/.test(value));

  it('is refused by lint, in custom resources of a trusted namespace', async () => {
    const resources = rows.flatMap(({ key, value }, index): { metadata: { name: string } }[] => {
      const name = `row-${index}`;
      if (key === 'template.t:message') return [template(name, value)];
      if (key === 'trigger.t:when') return [subscription(name, [{ name: 'own', when: value }])];
      return [];
    });
    expect(resources.length).toBeGreaterThan(40);
    const { stdout } = await run('-f', file('corpus.yaml', [robot, ...resources]), '-o', 'json');
    const refused = new Set(
      (JSON.parse(stdout) as LintFinding[]).filter(({ accepted }) => !accepted).map(({ name }) => name),
    );
    expect(resources.map(({ metadata }) => metadata.name).filter((name) => !refused.has(name))).toEqual([]);
  }, 60_000);
});
