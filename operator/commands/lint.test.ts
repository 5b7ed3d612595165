import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { REASONS } from '../api/reasons.ts';
import type { LintFinding } from '../files/finding.ts';
import { run as runCommand, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterAll(() => files.remove());

const run = (...args: string[]) => runCommand('lint', ...args);

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

/** A finding that resources are refused for. */
const refused = (
  file: string,
  line: number,
  column: number,
  kind: string,
  name: string,
  reason: LintFinding['reason'],
): LintFinding => ({
  ...{ file, line, column, kind, name, reason, namespace: 'argocd', accepted: false },
  message: expect.any(String),
  hint: expect.stringMatching(/\.$/),
});

describe('lint', () => {
  it('points to file, line and column, and exits with 1', async () => {
    const path = files.write('bad.yaml', [
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

  it('tells each mistake at its own place, with what to do', async () => {
    const path = files.write(
      'several.yaml',
      `\
apiVersion: argocd-dingtalk.io/v1alpha1
kind: NotificationSubscription
metadata: { name: several, namespace: argocd }
spec:
  robots:
    - name: nobody
  applications: { all: true }
  events:
    - trigger: on-sync-fialed
    - name: own
      when: |
        app.metadata?.name == 'a'
          and app.status ==
---
apiVersion: argocd-dingtalk.io/v1alpha1
kind: NotificationTemplate
metadata: { name: template, namespace: argocd }
spec:
  message:
    raw: |-
      {"msgtype": "text",
       "text": {"content": "{{ .app.metadata.name"}}
---
apiVersion: argocd-dingtalk.io/v1alpha1
kind: DingTalkRobot
metadata: { name: robot, namespace: argocd }
spec:
  webhoook: { secretKeyRef: { name: robot, key: webhook } }
`,
    );
    const { stdout } = await run('-f', path, '-o', 'json');
    const findings = JSON.parse(stdout) as LintFinding[];
    expect(findings.filter(({ accepted }) => !accepted)).toEqual([
      refused(path, 6, 13, 'NotificationSubscription', 'several', 'RobotNotFound'),
      refused(path, 9, 16, 'NotificationSubscription', 'several', 'UnknownTrigger'),
      refused(path, 13, 28, 'NotificationSubscription', 'several', 'EngineRefused'),
      refused(path, 22, 7, 'NotificationTemplate', 'template', 'EngineRefused'),
      refused(path, 28, 3, 'DingTalkRobot', 'robot', 'SchemaViolation'),
      refused(path, 28, 13, 'DingTalkRobot', 'robot', 'UnsupportedField'),
    ]);
    expect(findings.at(-1)).toMatchObject({
      message: 'spec.webhoook: unknown field; did you mean webhook?',
      hint: 'Write webhook.',
    });
    expect((await run('-f', path)).stdout).toContain(`\n  hint: ${REASONS.RobotNotFound.remedy}\n`);
  });

  it('refuses what a cluster can have only once, and judges the first', async () => {
    const first = files.write('first.yaml', [robot, subscription('one', [{ trigger: 'on-deployed' }])]);
    const second = files.write('second.yaml', [robot]);
    const { code, stdout } = await run('-f', first, second, '-o', 'json');
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as LintFinding[]).filter(({ accepted }) => !accepted)).toEqual([
      refused(second, 4, 9, 'DingTalkRobot', 'robot', 'DuplicateResource'),
    ]);
  });

  it('reads no value of a Secret that is not a text', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: where('robot'), data: { webhook: 5 } };
    const file = files.write('number.yaml', `${JSON.stringify(secret)}\n---\n${JSON.stringify(robot)}\n`);
    const { code, stdout, stderr } = await run('-f', file, '-o', 'json');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject([{ reason: 'CredentialsKeyNotFound', accepted: false }]);
    expect(code).toBe(1);
  });

  it('does not pass over a kind that is misspelt', async () => {
    const path = files.write('kind.yaml', [
      { ...robot, kind: 'DingTalkRobt' },
      { ...robot, apiVersion: 'argocd-dingtalk.io/v1' },
    ]);
    const { code, stdout } = await run('-f', path);
    expect(code).toBe(1);
    expect(stdout).toContain(`${path}:2:7: error: DingTalkRobt argocd/robot: UnknownKind`);
    expect(stdout).toContain('there is no argocd-dingtalk.io/v1 DingTalkRobot');
  });

  it('that can not read its input exits with 2', async () => {
    const none = await run('-f', files.write('none.yaml', [{ kind: 'ConfigMap' }]));
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('no custom resources') });
    expect(await run('-f', '/nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/nowhere: cannot be read'),
    });
    const path = files.write('broken.yaml', 'a: [\n');
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
    const { stdout } = await run('-f', files.write('corpus.yaml', [robot, ...resources]), '-o', 'json');
    const refused = new Set(
      (JSON.parse(stdout) as LintFinding[]).filter(({ accepted }) => !accepted).map(({ name }) => name),
    );
    expect(resources.map(({ metadata }) => metadata.name).filter((name) => !refused.has(name))).toEqual([]);
  }, 60_000);
});
