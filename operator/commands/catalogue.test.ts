import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { crdChecks } from '../files/crd-check.ts';
import { CATALOGUE } from '../message/catalogue/catalogue.ts';
import { defaultMessage } from '../message/catalogue/default-message.ts';
import { GITEE_TRIGGERS } from '../message/catalogue/gitee-descriptions.ts';
import { runProgram } from './program.ts';

const APPLICATIONS: readonly string[] = CATALOGUE.map(({ name }) => name);
const NAMES = [...APPLICATIONS, ...GITEE_TRIGGERS];

async function catalogue(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(['catalogue', ...args], {
    stdin: (async function* () {})(),
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    once: () => undefined,
  });
  return { code, stdout: out.join(''), stderr: err.join('') };
}

it('lists each trigger with its condition in words and as an expression', async () => {
  const { code, stdout } = await catalogue();
  expect(code).toBe(0);
  expect(stdout.match(/^(on|gitee)-[a-z-]+/gm)).toEqual(NAMES);
  expect(stdout).toContain(`on-sync-failed: A sync has failed
  when:      the last sync ended as Error or Failed
             app.status?.operationState?.phase in ['Error', 'Failed']
  oncePer:   app.status?.operationState?.startedAt
  eventTime: app.status?.operationState?.finishedAt
`);
  expect(stdout).toContain('  eventTime: app.status?.conditions[].lastTransitionTime\n');
  expect(stdout).toContain('  follows:   on-health-degraded\n');
  expect(stdout).toContain('limits.maxEventAge.\n\ngitee-push: A branch of a Gitee repository was changed\n');
  expect(stdout).toContain(`
gitee-tag: A tag of a Gitee repository was changed
  actions: create a tag was created, or points to another commit
           delete a tag was deleted
`);
});

it('speaks Chinese', async () => {
  const { stdout } = await catalogue('--locale', 'zh-CN');
  expect(stdout).toContain('on-sync-failed: 同步失败\n  when:      最近一次同步的结果为 Error 或 Failed\n');
});

it('gives the same to programs', async () => {
  const { stdout } = await catalogue('--output', 'json');
  const list = JSON.parse(stdout) as { name: string; oncePer?: string; message?: unknown }[];
  expect(list.map(({ name }) => name)).toEqual(NAMES);
  expect(list[3]).toEqual({
    name: 'on-health-degraded',
    summary: 'The application has degraded',
    when: { words: expect.any(String), expression: "app.status?.health?.status == 'Degraded'" },
    eventTime: 'app.status?.health?.lastTransitionTime',
  });
  expect(list.at(-4)).toEqual({
    name: 'gitee-tag',
    summary: 'A tag of a Gitee repository was changed',
    actions: [
      { name: 'create', words: 'a tag was created, or points to another commit' },
      { name: 'delete', words: 'a tag was deleted' },
    ],
  });
  const one = JSON.parse((await catalogue('--trigger', 'on-deployed', '-o', 'json')).stdout) as object[];
  expect(one).toEqual([{ ...list[2], message: { markdown: defaultMessage('on-deployed', 'en') } }]);
});

describe('the message of one trigger', () => {
  it.each(NAMES.flatMap((name) => [[name, 'en'] as const, [name, 'zh-CN'] as const]))(
    'is a manifest that can be applied (%s, %s)',
    async (name, locale) => {
      const { code, stdout } = await catalogue('--trigger', name, '--locale', locale);
      expect(code).toBe(0);
      const manifest = parse(stdout) as { metadata: object };
      const applied = { ...manifest, metadata: { ...manifest.metadata, namespace: 'team-payments' } };
      expect((await crdChecks()).NotificationTemplate.violations(applied)).toEqual([]);
      expect(manifest).toMatchObject({
        kind: 'NotificationTemplate',
        metadata: { name },
        spec: { message: { markdown: defaultMessage(name, locale) } },
      });
      expect(stdout).toContain(`\n#   - trigger: ${name}\n#     template: { name: ${name} }\n`);
      // For people to read and change: as lines, not as one quoted text.
      expect(stdout).toContain('\n      text: |\n');
    },
  );
});

it.each([
  [['--trigger', 'on-sync-fail'], 'Allowed choices are on-created'],
  [['--locale', 'de'], 'Allowed choices are en, zh-CN'],
  [['--output', 'yaml'], 'Allowed choices are text, json'],
])('called wrongly (%s) says how, with exit code 2', async (args, message) => {
  const { code, stderr } = await catalogue(...args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
