import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from './locate.ts';
import { type Instance, startEngine } from './testing/instance.ts';

/** One verdict of Argo CD's real controller; with `:message` or `:when`, `value` is that field of the key's value. */
interface Row {
  readonly key: string;
  readonly value: string;
  readonly verdict: 'ok' | 'true' | 'false' | 'global' | 'runtime-error';
  readonly error?: string;
  readonly out?: string;
}

interface Answer {
  readonly ok?: boolean;
  readonly error?: string;
  readonly errors?: readonly { readonly key?: string; readonly message: string }[];
  readonly triggers?: readonly { readonly conditions: readonly { readonly triggered: boolean }[] }[];
  readonly request?: { readonly body: string; readonly error?: string };
}

const testdata = (name: string): string => readFileSync(join(import.meta.dirname, 'testdata', name), 'utf8');
const rowsOf = (name: string): Row[] =>
  testdata(name)
    .trimEnd()
    .split(/\n/)
    .map((line) => JSON.parse(line));
const app = JSON.parse(testdata('application.json'));

let engine: Instance;
const ask = (request: unknown): Answer => engine.ask(request) as Answer;

beforeAll(async () => {
  engine = await startEngine(locateEngine());
}, 60_000);

function configMapOf({ key, value }: Row): { key: string; configMap: Record<string, string> } {
  const [name = '', field] = key.split(':');
  if (field === undefined) return { key: name, configMap: { [name]: value } };
  const text = field === 'message' ? { message: value } : [{ when: value, send: ['x'] }];
  const context = 'argocdUrl: https://cd';
  return {
    key: name,
    configMap: { [name]: JSON.stringify(text), context, 'service.webhook.s': 'url: http://s' },
  };
}

function reproduce(row: Row): Pick<Row, 'verdict' | 'error' | 'out'> {
  const { key, configMap } = configMapOf(row);
  const checked = ask({ call: 'check', configMap });
  if (!checked.ok) {
    const [problem, ...others] = checked.errors ?? [];
    expect(others).toEqual([]);
    expect(problem?.key).toBe(key);
    return { verdict: 'global', ...(problem && { error: problem.message }) };
  }
  if (row.key.endsWith(':when')) {
    const { triggers } = ask({ call: 'evaluate', configMap, app, triggers: ['t'] });
    return { verdict: triggers?.[0]?.conditions[0]?.triggered ? 'true' : 'false' };
  }
  if (!row.key.endsWith(':message')) return { verdict: 'ok' };
  const { request } = ask({ call: 'render', configMap, app, templates: ['t'], service: 's' });
  if (request?.error !== undefined) return { verdict: 'runtime-error', error: request.error };
  return { verdict: 'ok', ...(request?.body && { out: request.body }) };
}

describe('the engine says what the real controller says', () => {
  it.each([
    ['verdicts.jsonl', 159],
    ['verdicts-config.jsonl', 101],
  ])(
    '%s',
    (file, least) => {
      const rows = rowsOf(file);
      expect(rows.length).toBeGreaterThanOrEqual(least);
      for (const row of rows) {
        const { verdict, error, out } = row;
        const year = row.value.includes('now') ? { out: String(new Date().getFullYear()) } : {};
        expect(reproduce(row), `${row.key}: ${row.value}`).toEqual({
          verdict,
          ...(error !== undefined && { error }),
          ...(out !== undefined && { out }),
          ...year,
        });
      }
    },
    60_000,
  );
});

describe('the engine', () => {
  it('tells what it was built from', () => {
    expect(ask({ call: 'version' })).toEqual({
      ok: true,
      version: {
        engine: expect.stringMatching(/^v0\.5\./),
        expr: 'v1.17.8',
        sprig: 'v3.3.0',
        go: expect.stringMatching(/^go1\./),
        argocd: '3.5',
      },
    });
  });

  it.each([
    [{ call: 'guess' }, 'there is no call "guess"'],
    ['{', 'the request is no JSON object'],
    ['', 'the request is no JSON object'],
  ])('refuses %j', (request, message) => {
    expect(ask(request)).toEqual({ ok: false, errors: [{ message: expect.stringContaining(message) }] });
  });

  it('takes expressions apart', () => {
    const answer = ask({ call: 'inspect', expression: "app.status.sync.status == 'Synced'" });
    expect(answer).toMatchObject({
      ok: true,
      facts: { result: 'boolean', nodes: 9, operators: [{ name: '==' }] },
    });
  });

  it('lets go of the memory of earlier calls', () => {
    const configMap = { 'no.key.of.ours': 'x'.repeat(1_000_000) };
    const round = () => expect(ask({ call: 'check', configMap }).ok).toBe(true);
    for (let warmUp = 0; warmUp < 5; warmUp++) round();
    const before = engine.memoryBytes();
    for (let rounds = 0; rounds < 30; rounds++) round();
    expect(engine.memoryBytes() - before).toBeLessThan(30_000_000);
  }, 60_000);

  it.each([
    ['endless recursion', '{{$d := dict}}{{$_ := set $d "d" $d}}{{print $d}}'],
    [
      'recursion of templates',
      `{{define "r"}}${'{{if true}}'.repeat(10)}{{template "r"}}${'{{end}}'.repeat(11)}{{template "r"}}`,
    ],
  ])('throws at %s', async (_name, message) => {
    const { configMap } = configMapOf({ key: 'template.t:message', value: message, verdict: 'ok' });
    const own = await startEngine(locateEngine());
    expect(() => own.ask({ call: 'render', configMap, app, templates: ['t'], service: 's' })).toThrow();
  });

  it('has no network', () => {
    const { configMap } = configMapOf({
      key: 'template.t:message',
      value: '{{getHostByName "localhost"}}',
      verdict: 'ok',
    });
    const answer = ask({ call: 'render', configMap, app, templates: ['t'], service: 's' });
    expect(answer.request?.error).toContain('getHostByName');
  });
});

it('an engine that a question keeps busy for ever is killed', async () => {
  const busy = await startEngine(locateEngine(), 200);
  const template = '{{range until 100000}}{{range until 100000}}{{end}}{{end}}';
  const configMap = {
    'service.webhook.s': 'url: http://s',
    'template.t': JSON.stringify({ webhook: { s: { body: template } } }),
  };
  const request = { call: 'render', configMap, secret: {}, templates: ['t'], service: 's', app };
  expect(() => busy.ask(request)).toThrow('the engine has ended');
});
