import { beforeAll, describe, expect, it } from 'vitest';
import { messageProblem } from '../dingtalk/testing/fake-dingtalk-messages.ts';
import { MAX_BODY_BYTES } from '../template/go/compile.ts';
import { RenderingEngine } from '../template/testing/engine.ts';
import { CATALOGUE } from './catalogue/catalogue.ts';
import { defaultMessage } from './catalogue/default-message.ts';
import { LOCALES, type Locale } from './catalogue/locale.ts';
import type { EventMessage } from './event-message.ts';
import { eventsBody } from './message.ts';
import { mutants } from './testing/mutants.ts';
import { OWN_MESSAGES } from './testing/own-messages.ts';

/** An Application that has every field that a message may read. */
const APPLICATION = {
  metadata: {
    name: 'guestbook',
    namespace: 'argocd',
    creationTimestamp: '2026-01-01T07:00:00Z',
    deletionTimestamp: '2026-01-01T09:00:00Z',
    annotations: { runbook: 'https://runbooks.example.com/guestbook', note: '**bold**' },
  },
  spec: {
    project: 'default',
    source: {
      repoURL: 'https://gitee.com/example/guestbook.git',
      path: 'guestbook',
      targetRevision: 'main',
      helm: { values: 'a: b', valuesObject: { a: 'b' } },
    },
    sources: [
      { repoURL: 'https://charts.example.com', chart: 'guestbook', targetRevision: '1.2.*' },
      { repoURL: 'https://gitee.com/example/values.git', path: 'prod' },
    ],
    destination: { name: 'in-cluster', server: 'https://kubernetes.default.svc', namespace: 'guestbook' },
  },
  status: {
    operationState: {
      phase: 'Failed',
      message: 'one or more objects failed to apply',
      startedAt: '2026-01-01T08:00:00Z',
      finishedAt: '2026-01-01T08:00:05Z',
      operation: { initiatedBy: { username: 'admin' } },
      syncResult: {
        revision: '53e28ff20cc530b9ada2173fbbd64d48338583ba',
        revisions: ['1.2.3', '53e28ff20cc530b9ada2173fbbd64d48338583ba'],
      },
    },
    health: { status: 'Degraded', lastTransitionTime: '2026-01-01T08:00:10Z' },
    sync: {
      status: 'OutOfSync',
      revision: '53e28ff20cc530b9ada2173fbbd64d48338583ba',
      revisions: ['1.2.3', '53e28ff20cc530b9ada2173fbbd64d48338583ba'],
    },
    conditions: [
      { type: 'SyncError', message: 'failed to sync', lastTransitionTime: '2026-01-01T08:00:05Z' },
      { type: 'ComparisonError', message: 'failed to compare', lastTransitionTime: '2026-01-01T08:00:06Z' },
    ],
    resources: [
      {
        kind: 'Deployment',
        namespace: 'guestbook',
        name: 'guestbook',
        status: 'OutOfSync',
        health: { status: 'Degraded', message: 'no memory limit' },
      },
      { kind: 'Service', name: 'guestbook', status: 'Synced', health: { status: 'Healthy' } },
    ],
    summary: { images: ['example/guestbook:1.2.3', 'example/redis:8'] },
    reconciledAt: '2026-01-01T08:00:10Z',
  },
};

/** Applications for one question: with fewer questions, the engine reads the same templates less often. */
const BATCH = 80;

/** The messages to one robot. */
interface Body {
  readonly name: string;
  readonly locale: Locale;
  readonly event: EventMessage;
  /** The fields of an Application that it reads. */
  readonly paths: readonly string[];
}

const BODIES: readonly Body[] = [
  ...[...CATALOGUE.map(({ name }) => name), undefined].flatMap((trigger) =>
    LOCALES.map((locale) => bodyOf({ name: trigger ?? 'own', trigger, params: {}, at: {} }, locale)),
  ),
  ...Object.entries(OWN_MESSAGES).map(([name, { message, params = {}, at = {} }]) =>
    bodyOf({ name, template: { message, params }, params, at }, 'en'),
  ),
];

function bodyOf(event: EventMessage, locale: Locale): Body {
  // Templates name everything in full, from its root on.
  const source = JSON.stringify(event.template?.message ?? defaultMessage(event.trigger, locale));
  const paths = [...source.matchAll(/\bapp\.([\w.]+)/g)].map((match) => `${match[1]}`);
  // The link uses both.
  const always = ['metadata.name', 'metadata.namespace'];
  return { name: `${event.name} in ${locale}`, locale, event, paths: [...always, ...paths] };
}

/** The Go template of some messages to one robot. */
const goTemplate = (bodies: readonly Body[], locale: Locale): string =>
  eventsBody(
    bodies.map(({ event }) => event),
    { locale, timeZone: 'Asia/Shanghai', keywords: ['magician'] },
    'https://argocd.example.com',
  );

/** Whether a body may change when the value at this path changes. */
const looksAt = ({ paths }: Body, place: string): boolean =>
  paths.some((path) => `${place}.`.startsWith(`${path}.`) || `${path}.`.startsWith(`${place}.`));

const inLocale = (locale: Locale): readonly Body[] => BODIES.filter((body) => body.locale === locale);

/**
 * All messages in a language as one subscription has them, for each scene of `app.all`: the messages that the scene
 * asks for.
 */
function together(locale: Locale): string {
  const text = goTemplate(inLocale(locale), locale);
  const first = text.indexOf(FIRST_ACTION);
  // A define has separate variables, and in it `$` is its argument.
  return (
    `${text.slice(0, first)}{{define "all"}}${text.slice(first)}\n{{end}}{{range $scene := .app.all}}{{range .messages}}` +
    '{{template "all" (dict `app` $scene.app `context` (dict) `M` (int .))}}{{end}}{{end}}'
  );
}

/** The text before it consists of defines. */
const FIRST_ACTION = '{{$_:=set (set $ `E` dict)';

let engine: RenderingEngine;
beforeAll(async () => {
  engine = await RenderingEngine.start();
});

/** An Application and the messages for it. */
interface Scene {
  readonly name: string;
  readonly app: object;
  readonly bodies: readonly Body[];
}

/** The engine's output for each body of each scene. */
function printed(scenes: readonly Scene[]): string[] {
  const texts = new Map<string, string>();
  for (const locale of LOCALES) {
    const places = inLocale(locale);
    const wanted = scenes.map(({ bodies }) => bodies.filter((body) => body.locale === locale));
    const all = scenes
      .map(({ app }, index) => ({ app, messages: wanted[index]?.map((body) => places.indexOf(body)) }))
      .filter(({ messages }) => messages?.length);
    if (all.length === 0) continue;
    const lines = engine.render(together(locale), { all }).split('\n').filter(Boolean);
    expect(lines).toHaveLength(wanted.flat().length);
    for (const [index, bodies] of wanted.entries()) {
      for (const body of bodies) texts.set(`${index} ${body.name}`, lines.shift() as string);
    }
  }
  return scenes.flatMap(({ bodies }, index) =>
    bodies.map(({ name }) => texts.get(`${index} ${name}`) as string),
  );
}

/** DingTalk's problem with a body; undefined if there is none. */
function problemWith(body: string): string | undefined {
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) return `it has ${Buffer.byteLength(body)} bytes`;
  if (/<no value>|<nil>|%!|\[object/.test(body)) return 'it shows how it was made';
  let message: unknown;
  try {
    // DingTalk treats a text of white space as an empty text.
    message = JSON.parse(body, (_, value) => (typeof value === 'string' ? value.trim() : value));
  } catch (error) {
    return `it is no JSON: ${error}`;
  }
  return messageProblem(message)?.errmsg;
}

/** The problems of all messages in these scenes. */
function problemsWith(scenes: readonly Scene[]): string[] {
  const lines = printedOr(scenes);
  if (lines instanceof Error) {
    if (scenes.length === 1) return [`${scenes[0]?.name}: ${lines.message}`];
    const middle = scenes.length >> 1;
    return [scenes.slice(0, middle), scenes.slice(middle)].flatMap(problemsWith);
  }
  return scenes.flatMap(({ name, bodies }) =>
    bodies.flatMap((body) => {
      const problem = problemWith(lines.shift() as string);
      return problem === undefined ? [] : [`${body.name}, ${name}: ${problem}`];
    }),
  );
}

/** The engine's words where one of the bodies ends with an error, which ends them all. */
function printedOr(scenes: readonly Scene[]): string[] | Error {
  try {
    return printed(scenes);
  } catch (error) {
    return error as Error;
  }
}

describe('every message', () => {
  it('can be sent, whatever stands in any one place of an Application', { timeout: 300_000 }, () => {
    const scenes = mutants(APPLICATION).map(({ name, place, mutant }, index) => {
      // In Chinese the same program prints other labels. A part of all messages is enough, with each place among
      // them.
      const isTold = (body: Body) => looksAt(body, place) && (body.locale === 'en' || index % 5 === 0);
      return { name, app: mutant, bodies: BODIES.filter(isTold) };
    });
    expect(scenes.filter(({ bodies }) => bodies.length > 0).length).toBeGreaterThan(700);
    const problems: string[] = [];
    for (let first = 0; first < scenes.length; first += BATCH)
      problems.push(...problemsWith(scenes.slice(first, first + BATCH)));
    expect(problems).toEqual([]);
  });

  it('is rendered together as it is alone', () => {
    const alone = BODIES.map((body) => engine.render(goTemplate([body], body.locale), APPLICATION));
    expect(printed([{ name: 'alone', app: APPLICATION, bodies: BODIES }])).toEqual(alone);
  });
});
