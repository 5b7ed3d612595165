import { expect, it } from 'vitest';
import type { EngineProblem } from '../../engine/types.ts';
import { Inquiry } from '../model/inquiry.ts';
import { liveObject } from '../testing/fixtures.ts';
import { foreignFindings } from './foreign.ts';

const TARGET = { namespace: 'argocd', configMap: 'argocd-notifications-cm' };

/** The messages about a configuration, if the engine finds these problems in it. */
function messages(data: Record<string, string>, errors: readonly EngineProblem[]): string[] {
  const configMap = liveObject(data);
  const question = new Inquiry(new Map());
  foreignFindings({ configMap }, TARGET, question);
  const answers = new Map([...question.open.keys()].map((key) => [key, { ok: false, errors } as const]));
  return foreignFindings({ configMap }, TARGET, new Inquiry(answers)).map(({ message }) => message);
}

it('names each refused key with its place, the first line of the engine’s words, and the remedy', () => {
  const data = {
    'service.dingtalk': 'token: abc',
    'template.a': 'message: "{{truncate 1}}"',
    'trigger.a': '- when: app.x = 1\n  send: [a]\n',
  };
  expect(
    messages(data, [
      { key: 'service.dingtalk', message: "service type 'dingtalk' is not supported" },
      {
        key: 'template.a',
        field: 'message',
        line: 1,
        message: 'template: a:1: function "truncate" not defined',
      },
      {
        key: 'trigger.a',
        condition: 0,
        field: 'when',
        line: 1,
        column: 7,
        message: 'unexpected token Operator("=") (1:7)\n | app.x = 1\n | ......^',
      },
      { message: 'something else' },
    ]),
  ).toEqual([
    expect.stringMatching(
      /key service\.dingtalk: Argo CD sends .*is not supported\. .*service\.webhook\.dingtalk/,
    ),
    expect.stringMatching(
      /key template\.a, message, line 1: .*: function "truncate" not defined\. Use `trunc`/,
    ),
    expect.stringMatching(
      /key trigger\.a, \[0\]\.when, line 1, column 7: .*\(1:7\)\. Equality has two equals signs/,
    ),
    expect.stringMatching(/key \(none in particular\): .*: something else$/),
  ]);
});
