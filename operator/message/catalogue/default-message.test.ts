import Handlebars from 'handlebars';
import { describe, expect, it } from 'vitest';
import { SAMPLE_APPLICATIONS } from '../../core/gate/sample-applications.ts';
import { CATALOGUE } from './catalogue.ts';
import { defaultMessage } from './default-message.ts';
import { LOCALES } from './locale.ts';
import { renderMessage } from './testing/render-message.ts';

const URL = 'https://argocd.example.com/applications/argocd/guestbook';
const TRIGGERS = [...CATALOGUE.map(({ name }) => name), undefined];
const ALL = TRIGGERS.flatMap((trigger) =>
  LOCALES.map((locale) => [trigger ?? 'own event', locale, trigger] as const),
);

type Fields = Record<string, unknown>;
interface App extends Fields {
  metadata: Fields;
  spec: Fields;
  status: Fields & { operationState: Fields };
}
const [synced, failed] = SAMPLE_APPLICATIONS.map(([, app]) => app as unknown as App) as [App, App];
const COMMIT = '53e28ff20cc530b9ada2173fbbd64d48338583ba';

/** As Argo CD's API server stores an application before its controller has processed it. */
const untouched = {
  metadata: synced.metadata,
  spec: synced.spec,
  status: { health: {}, sync: { status: '' } },
};

const { source: _, ...specWithoutSource } = synced.spec;
const multiSource = {
  ...synced,
  spec: {
    ...specWithoutSource,
    destination: { name: 'in-cluster' },
    sources: [
      { repoURL: 'https://charts.example.com', chart: 'guestbook', targetRevision: '1.2.*' },
      { repoURL: 'https://gitee.com/example/values.git', path: 'prod' },
    ],
  },
  status: {
    ...synced.status,
    sync: { status: 'Synced', revisions: ['1.2.3', COMMIT] },
    operationState: {
      ...synced.status.operationState,
      operation: { initiatedBy: { automated: true } },
      syncResult: { revision: '', revisions: ['1.2.3', COMMIT] },
    },
  },
};
const broken = {
  ...failed,
  status: {
    ...failed.status,
    operationState: {
      ...failed.status.operationState,
      phase: 'Error',
      message: `ComparisonError: ${'failed to generate manifest; '.repeat(100)}`,
      // An application that could not be compared has no revision.
      syncResult: { revision: '', source: failed.spec.source },
    },
  },
};

const rendered = (trigger: string | undefined, locale: 'en' | 'zh-CN', app: object, appUrl?: string) =>
  renderMessage(defaultMessage(trigger, locale), {
    app,
    event: { name: 'slow-sync' },
    ...(appUrl !== undefined && { appUrl }),
  });

describe('a message of the catalogue reads', () => {
  it('in English', () => {
    const { title, text } = rendered('on-sync-failed', 'en', failed, URL);
    expect(title).toBe('🔴 guestbook sync failed');
    expect(text).toBe(`### 🔴 guestbook sync failed

- **Project**: default
- **Destination**: https://kubernetes.default.svc / guestbook
- **Source**: https://gitee.com/example/guestbook.git guestbook @ main
- **Sync result**: Failed
- **Reason**: one or more objects failed to apply
- **Revision**: ${COMMIT}
- **Started by**: admin
- **Finished**: 2026-01-01 08:00:05
- **Health**: Degraded

[Open in Argo CD](${URL})
`);
  });

  it('in Chinese', () => {
    const { title, text } = rendered('on-health-degraded', 'zh-CN', failed, URL);
    expect(title).toBe('🔴 guestbook 健康状态异常');
    expect(text).toBe(`### 🔴 guestbook 健康状态异常

- **项目**：default
- **部署目标**：https://kubernetes.default.svc / guestbook
- **健康状态**：Degraded
- **变更时间**：2026-01-01 08:00:10
- **同步状态**：OutOfSync
- **版本**：${COMMIT}
- **最近一次同步**：one or more objects failed to apply

[在 Argo CD 中查看](${URL})
`);
  });

  it('with a line for each source, all revisions, and whoever did it', () => {
    const { text } = rendered('on-deployed', 'en', multiSource);
    expect(text).toBe(`### 🟢 guestbook deployed

- **Project**: default
- **Destination**: in-cluster
- **Source**: https://charts.example.com guestbook @ 1.2.*
- **Source**: https://gitee.com/example/values.git prod @ HEAD
- **Revision**: 1.2.3, ${COMMIT}
- **Started by**: automated sync
- **Finished**: 2026-01-01 08:00:05
`);
  });

  it('with the reasons why Argo CD cannot compare', () => {
    const conditions = ['ComparisonError', 'InvalidSpecError'].map((type) => ({
      type,
      message: `${type} it is`,
      lastTransitionTime: '2026-01-01T08:00:07Z',
    }));
    const sync = { status: 'Unknown' };
    const { text } = rendered('on-sync-status-unknown', 'en', {
      ...failed,
      status: { ...failed.status, sync, conditions },
    });
    expect(text).toContain(`- **Sync status**: Unknown
- **Health**: Degraded
- **ComparisonError**: ComparisonError it is (2026-01-01 08:00:07)
- **InvalidSpecError**: InvalidSpecError it is (2026-01-01 08:00:07)
`);
  });

  it('with the name of an event of one’s own', () => {
    const { title, text } = rendered(undefined, 'en', synced);
    expect(title).toBe('🔔 guestbook slow-sync');
    expect(text).toContain('- **Health**: Healthy\n- **Sync result**: Succeeded\n- **Revision**: ');
  });
});

describe.each(ALL)('the message for %s in %s', (_name, locale, trigger) => {
  const source = defaultMessage(trigger, locale);
  const deletionTimestamp = '2026-01-01T09:00:00Z';
  const leaving = (app: App) => ({ ...app, metadata: { ...app.metadata, deletionTimestamp } });
  const hasStatus = trigger !== undefined && !['on-created', 'on-deleted'].includes(trigger);
  const apps = [synced, failed, multiSource, broken, ...(hasStatus ? [] : [untouched])] as App[];

  it.each([URL, undefined])('has neither gaps nor empty lines (link %s)', (appUrl) => {
    for (const app of apps) {
      const { title, text } = rendered(
        trigger,
        locale,
        trigger === 'on-deleted' ? leaving(app) : app,
        appUrl,
      );
      const [heading, empty, ...lines] = text.trimEnd().split('\n');
      expect([heading, empty]).toEqual([`### ${title}`, '']);
      const items = appUrl === undefined ? lines : lines.slice(0, -2);
      expect(lines.slice(items.length)).toEqual(
        appUrl === undefined ? [] : ['', expect.stringMatching(/^\[.+\]\(https:.+\)$/)],
      );
      expect(items.length).toBeGreaterThan(1);
      for (const line of items) expect(line).toMatch(/^- \*\*[^*]+\*\*(: |：)\S/);
      expect(text).not.toMatch(/undefined|null|\[object| {2}|\{\{/);
    }
  });

  it('keeps to the language of templates', () => {
    for (const text of [source.title, source.text]) expect(strangersIn(text)).toEqual([]);
  });
});

it('has no message for others', () => {
  expect(() => defaultMessage('on-nonsense', 'en')).toThrow('no message for on-nonsense');
  expect(() => defaultMessage('constructor', 'en')).toThrow('no message for constructor');
});

const BLOCKS = ['if', 'unless', 'each', 'with'];
const WITH_PARAMETER = ['each', 'with'];
const HELPERS = ['default', 'date', 'join', 'or'];

/** The parts of a source that do not belong to the Handlebars of NotificationTemplates. */
function strangersIn(source: string): string[] {
  const found: string[] = [];
  const path = ({ original, parts, depth, data }: hbs.AST.PathExpression, scope: readonly string[]) => {
    const isKnown = !data && depth === 0 && scope.includes(`${parts[0]}`) && !/\bthis\b/.test(original);
    const isBareRoot = parts.length === 1 && ['app', 'event'].includes(original);
    if (!isKnown || isBareRoot) found.push(original);
  };
  const expression = (node: hbs.AST.Expression, scope: readonly string[]): void => {
    if (node.type === 'PathExpression') path(node as hbs.AST.PathExpression, scope);
    else if (node.type === 'SubExpression') call(node as hbs.AST.SubExpression, scope);
    else if (node.type !== 'StringLiteral') found.push(node.type);
  };
  const call = (
    { path: callee, params, hash }: hbs.AST.SubExpression | hbs.AST.MustacheStatement,
    scope: readonly string[],
  ) => {
    if (params.length === 0) return expression(callee as hbs.AST.Expression, scope);
    const name = (callee as hbs.AST.PathExpression).original;
    if (!HELPERS.includes(name) || hash) found.push(name);
    for (const param of params) expression(param, scope);
  };
  const program = ({ body }: hbs.AST.Program, scope: readonly string[]): void => {
    for (const node of body) {
      if (node.type === 'MustacheStatement' && (node as hbs.AST.MustacheStatement).escaped)
        call(node as hbs.AST.MustacheStatement, scope);
      else if (node.type === 'BlockStatement') block(node as hbs.AST.BlockStatement, scope);
      else if (node.type !== 'ContentStatement') found.push(node.type);
    }
  };
  const block = (
    { path: callee, params, program: main, inverse }: hbs.AST.BlockStatement,
    scope: readonly string[],
  ) => {
    const name = callee.original;
    if (!BLOCKS.includes(name) || params.length !== 1) found.push(`#${name}`);
    if ((main.blockParams?.length ?? 0) !== (WITH_PARAMETER.includes(name) ? 1 : 0))
      found.push(`#${name} as`);
    for (const param of params) expression(param, scope);
    program(main, [...scope, ...(main.blockParams ?? [])]);
    if (inverse) program(inverse, scope);
  };
  program(Handlebars.parse(source), ['app', 'event', 'appUrl']);
  return found;
}
