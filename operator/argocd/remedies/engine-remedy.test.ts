import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { engineRemedy } from './engine-remedy.ts';
import { TEMPLATE_FUNCTIONS } from './template-functions.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine.close());

/** The remedies for a configuration, by the engine's real words. */
async function remedies(configMap: Record<string, string>): Promise<(string | undefined)[]> {
  const answer = await engine.check({ configMap, secret: {} });
  if (answer.ok || answer.killed) return [];
  return answer.errors.map(({ key = '', message, field }) =>
    engineRemedy(key, message, configMap[key] ?? '', field),
  );
}

const TOKEN = 'fedcba98'.repeat(8);
const body = (text: string) => JSON.stringify({ webhook: { ding: { method: 'POST', body: text } } });
const when = (expression: string, more: object = {}) =>
  JSON.stringify([{ when: expression, send: ['a'], ...more }]);

describe('the remedy for a key', () => {
  it.each([
    [
      'service.dingtalk',
      'A robot of DingTalk is a webhook: rename the key to service.webhook.dingtalk, with the lines `url: …`',
    ],
    ['service.dingding.ops', 'rename the key to service.webhook.ops'],
    ['service.Webhook.ding', 'Rename the key to service.webhook.ding.'],
    ['service.webhok.ding', 'Rename the key to service.webhook.ding.'],
    ['service.slak', 'Did you mean the type slack?'],
    ['service.', 'rename the key to service.webhook.NAME'],
    [
      'service.webhook.ding.url',
      'write `url: …` as a line into the value of service.webhook.ding, and remove the key',
    ],
    [
      'service.webhook.ding.headers.0',
      'write `headers.0: …` as a line into the value of service.webhook.ding',
    ],
    [
      'service.webhook.team.payments',
      'The name of a service has no dot: rename the key, for instance to service.webhook.team-payments',
    ],
    ['service.slack.a.b', 'at most one name after the type'],
  ])('%s', async (key, remedy) => {
    const found = await remedies({
      [key]: `url: https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`,
    });
    expect(found).toEqual([expect.stringContaining(remedy)]);
    expect(found.join()).not.toContain(TOKEN);
  });
});

describe('the remedy for a value', () => {
  it.each([
    ['trigger.a', 'when: app.a == 1\nsend: [a]\n', 'begin the first line with `- `'],
    ['trigger.a', 'a', 'A trigger is a list of conditions'],
    ['trigger.a', '- a', 'Each has the lines `- when: CONDITION`'],
    ['trigger.a', '- when: app.a\n  send: a', 'Write the templates as a list: `send: [TEMPLATE]`'],
    ['trigger.a', '- when: [app.a]\n  send: [a]', 'Write one expression as a text'],
    ['trigger.a', '- when: {{ app.a }}\n  send: [a]', 'Line 1 of the value begins with {{'],
    ['trigger.a', "- when: app.a == 'x: y'\n  send: [a]", 'a colon and a space in it needs quotes'],
    ['template.a', 'message: {{.app.metadata.name}}', 'Line 1 of the value begins with {{'],
    ['template.a', 'webhook:\n  ding:\n    body: {{.app.a}} x\n', 'Line 3 of the value begins with {{'],
    ['template.a', 'webhook:\n\tding:\n', 'Line 2 of the value begins with a tab'],
    ['template.a', 'webhook:\n  ding:\n    body: |\n{"a":1}\n', 'further than the line with the `|`'],
    ['template.a', 'message: `a`', 'needs quotes around it'],
    ['template.a', 'only text', 'Write the text below the service'],
    ['template.a', 'webhook:\n- ding\n', 'has the name of each service as a key'],
    ['template.a', 'webhook:\n  ding:\n    body: {msgtype: text}\n', 'write `body: |`'],
    ['template.a', 'webhook: *x', 'needs an &NAME before it'],
    ['service.webhook.d', 'https://x', 'Write the URL as the line `url: …`'],
    ['service.webhook.d', 'headers: {a: b}', 'Write the headers as a list'],
    ['service.webhook.d', 'retryWaitMin: 1s', 'whole nanoseconds'],
    ['service.webhook.d', 'insecureSkipVerify: "true"', 'without quotes'],
    ['subscriptions', 'recipients: [a]', 'The value is a list of entries'],
    ['subscriptions', '- a', 'Each entry has the lines'],
    ['subscriptions', '- recipients: a', '`recipients: [SERVICE]`'],
    ['subscriptions', '- recipients: [a]\n  triggers: on-x', '`triggers: [TRIGGER]`'],
    ['subscriptions', '- recipients: [a]\n  triggers: [on]', 'in quotes'],
    ['subscriptions', '- recipients: [1]', 'in quotes'],
    ['subscriptions', '- selector: {a: b}', 'Write the selector as a text'],
    ['subscriptions', '- selector: a in b', 'as for kubectl'],
    ['subscriptions', '- recipients: [a]\n\ttriggers: [b]', 'Line 2 of the value begins with a tab'],
    ['defaultTriggers', 'on-x', '`[TRIGGER]`'],
    ['defaultTriggers.ding', 'a: b', '`[TRIGGER]`'],
    ['config.yaml', 'subscriptions:\n- recipients: [a]\n', 'move the entries there'],
  ])('%s: %s', async (key, value, remedy) => {
    expect(await remedies({ [key]: value })).toEqual([expect.stringContaining(remedy)]);
  });
});

describe('the remedy for a template', () => {
  it.each([
    [
      '{{ truncate .app.metadata.name 10 }}',
      '`trunc`, with the length first: {{trunc 10 .app.metadata.name}}',
    ],
    ['{{ .a | substring 0 7 }}', '`substr`, with start and end first'],
    ['{{ upercase .a }}', '`upper`'],
    ['{{ .a | tojson }}', 'Did you mean `toJson`? Capital letters count.'],
    ['{{ .a | repalce "a" "b" }}', 'Did you mean `replace`?'],
    ['{{ include "x" . }}', "Helm's function include"],
    ['{{ app.metadata.name }}', 'Write a dot before it: {{.app.metadata.name}}.'],
    ['x {{ if eq app.status.health.status "a" }}{{end}}', '{{.app.status.health.status}}'],
    ['{{ context.argocdUrl }}', '{{.context.argocdUrl}}'],
    ['{{ somethingElseEntirely }}', 'sprig'],
    ['{{ index .app.metadata.labels \\"team\\" }}', 'Quotes between {{ and }} are not escaped'],
    ['{{ .a ', 'has to end with }}'],
    ['{{ .a }', 'has to end with }}'],
    ['{{ if .a }}x', 'one is missing'],
    ['x{{end}}', 'belongs to no {{if}}'],
    ['{{if .a == "b"}}x{{end}}', '{{if eq .a "b"}}'],
    ['{{if .a && .b}}x{{end}}', '{{if and .a .b}}'],
    ['{{if !.a}}x{{end}}', '{{if not .a}}'],
    ['{{if .a > 1}}x{{end}}', '{{if gt .a 1}}'],
    ['{{.a[0]}}', '{{index .list 0}}'],
    ['{{.app.metadata.labels.a/b}}', 'is read by index'],
    ['{{.a-b}}', 'is read by index'],
    ['{{$x}}', 'Set the variable before it is used'],
    ["{{'abc'}}", 'Texts have double quotes'],
    ['{{"abc}}', 'no closing quote'],
    ['{{ }}', 'remove the action'],
    ['{{(.a}}', 'Each ( needs a )'],
  ])('%s', async (text, remedy) => {
    expect(await remedies({ 'template.a': body(text) })).toEqual([expect.stringContaining(remedy)]);
  });

  it('proposes only functions that the engine has', async () => {
    const text = TEMPLATE_FUNCTIONS.map((name) => `{{if false}}{{${name} 1 2 3}}{{end}}`).join('');
    expect(await remedies({ 'template.a': body(text) })).toEqual([]);
    expect(TEMPLATE_FUNCTIONS.length).toBeGreaterThan(200);
  });
});

describe('the remedy for a condition', () => {
  it.each([
    ["app.a = 'b'", 'write == in place of ='],
    ["app.a === 'b'", 'write == in place of ='],
    ["app.a == 'b' AND app.c", 'lower case'],
    ["app.a is 'b'", 'Write == for equality'],
    ["app.a in 'b', 'c'", 'A list has brackets'],
    [".app.a == 'b'", 'without the dot in front'],
    ["{{ app.a }} == 'b'", 'not a Go template'],
    ["app.a == 'b", 'no closing quote'],
    ["app.a ?? '' == 'b'", 'parentheses around the part with ??'],
    ["1 == '1'", 'of one kind'],
    ['app.a ==', 'ends too early'],
  ])('%s', async (expression, remedy) => {
    expect(await remedies({ 'trigger.a': when(expression) })).toEqual([expect.stringContaining(remedy)]);
  });

  it.each(['15m', '1h', '30 s'])('oncePer: %s', async (oncePer) => {
    const [remedy] = await remedies({ 'trigger.a': when('app.a', { oncePer }) });
    expect(remedy).toContain('oncePer is not a duration');
    expect(
      await remedies({
        'trigger.a': when('app.a', { oncePer: /`oncePer: ([^`]*)`/.exec(remedy ?? '')?.[1] }),
      }),
    ).toEqual([]);
  });
});

it('knows no remedy for words that it does not know', () => {
  expect(engineRemedy('template.a', 'something new', 'constructor')).toBeUndefined();
  expect(engineRemedy('template.a', 'template: a:1: function "constructor" not defined', '')).toContain(
    'sprig',
  );
});

it('takes no time for a value of a megabyte', () => {
  const long = 'app'.repeat(300_000);
  const before = process.cpuUsage();
  engineRemedy('template.a', 'template: a:1: function "app" not defined', long);
  engineRemedy('template.a', 'yaml: line 1: did not find expected key', ' '.repeat(1_000_000));
  engineRemedy(`service.${long}`, `service type '${long}' is not supported`, long);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500);
});
