import { afterAll, describe, expect, it } from 'vitest';
import { run, TestFiles } from './testing/command-line.ts';

const TOKEN = 'fedcba98'.repeat(8);
const files = new TestFiles();
afterAll(() => files.remove());

/** Seven mistakes, each of which makes Argo CD send nothing for anybody. */
const BROKEN = `apiVersion: v1
kind: ConfigMap
metadata: { name: argocd-notifications-cm, namespace: argocd }
data:
  service.dingtalk: |
    token: abc
  service.webhook.ding.url: https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}
  template.a: |
    webhook:
      ding:
        method: POST
        body: |
          {"msgtype":"text",
          "text":{"content":"{{ truncate .app.metadata.name 10 }}"}}
  template.b: |
    message: "{{app.metadata.name}}"
  template.c: |
    message: |
      {{ index .app.metadata.labels \\"team\\" }}
  trigger.on-sync-failed: |
    when: app.status.operationState.phase in ['Failed']
    send: [a]
  trigger.two: |
    - when: app.metadata != nil
      send: [a]
    - when: app.a = 'b'
      send: [b]
`;

describe('adopt, on a configuration that the engine refuses', () => {
  it('names all refused keys with their places in the file, the engine’s words and remedies', async () => {
    const file = files.write('broken.yaml', BROKEN);
    const { code, stdout, stderr } = await run('adopt', '-f', file);
    const lines = stderr.replaceAll(`${file}:`, '').split('\n');
    expect(lines.map((line) => line.replace(/^( {2}[\d:]+ key [^:]*:).*/, '$1'))).toEqual([
      "Argo CD's engine refuses ConfigMap argocd/argocd-notifications-cm, so Argo CD sends no notifications for anybody today. Correct this first, and run adopt again:",
      '  5:21: key service.dingtalk:',
      expect.stringMatching(/^ {4}remedy: .*rename the key to service\.webhook\.dingtalk/),
      '  7:29: key service.webhook.ding.url:',
      expect.stringMatching(/^ {4}remedy: .*into the value of service\.webhook\.ding/),
      '  14:11: key template.a, webhook.ding.body, line 6:',
      expect.stringMatching(/^ {4}remedy: Use `trunc`/),
      '  16:15: key template.b, message, line 1:',
      expect.stringMatching(/^ {4}remedy: Write a dot before it: \{\{\.app\.metadata\.name\}\}/),
      '  19:7: key template.c, message, line 2:',
      expect.stringMatching(/^ {4}remedy: Quotes between \{\{ and \}\} are not escaped/),
      '  20:27: key trigger.on-sync-failed:',
      expect.stringMatching(/^ {4}remedy: A trigger is a list of conditions/),
      '  26:19: key trigger.two, [1].when, line 3:',
      expect.stringMatching(/^ {4}remedy: Equality has two equals signs/),
      '',
    ]);
    expect(stderr).not.toContain(TOKEN);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
