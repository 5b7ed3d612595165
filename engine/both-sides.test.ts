import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type Frame, FrameReader, frameOf, MAX_REQUEST_BYTES } from '../operator/engine/frames.ts';
import { LastWords } from '../operator/engine/last-words.ts';
import { outcomeOf } from '../operator/engine/outcome.ts';
import { GREETING } from '../operator/engine/supervisor.ts';
import { ENGINE_NAME, locateEngine } from './locate.ts';

// What the Go program and its TypeScript client each have for themselves has to be the same.

const here = (path: string) => join(import.meta.dirname, path);
const read = (path: string) => readFileSync(here(path), 'utf8');
const GO = globSync(['cmd/**/*.go', 'internal/**/*.go'], { cwd: here('.') })
  .filter((path) => !path.endsWith('_test.go'))
  .map(read)
  .join('\n');
const TYPESCRIPT = [read('../operator/engine/types.ts'), read('../operator/engine/expression-facts.ts')].join(
  '\n',
);

/** What a pattern's group matches in the Go sources. @throws Error unless it matches in one place */
function inGo(pattern: RegExp): string {
  const [match, ...others] = [...GO.matchAll(new RegExp(pattern, 'gm'))];
  if (match?.[1] === undefined || others.length > 0)
    throw new Error(`${pattern} matches in ${match ? others.length + 1 : 'no'} places`);
  return match[1];
}

describe('the program', () => {
  it('has the name that the client looks for', () => {
    expect(existsSync(here(`cmd/${ENGINE_NAME}/main.go`))).toBe(true);
  });

  it('greets with what the client waits for', async () => {
    expect(inGo(/^const greeting = "(.*)"$/)).toBe(GREETING);
    expect(read('README.md')).toContain(`number 0, \`${GREETING}\``);
    const program = started();
    expect(await program.next()).toEqual({ number: 0, text: GREETING });
    program.child.stdin.end();
  });

  it('reads and writes frames as the client does, up to the same length', async () => {
    const program = started();
    await program.next();
    const request = (number: number, length: number) =>
      program.child.stdin.write(frameOf({ number, text: 'x'.repeat(length) }));
    const refused = expect.stringContaining('the request is no JSON object');
    request(2 ** 32 - 1, MAX_REQUEST_BYTES);
    expect(await program.next()).toEqual({ number: 2 ** 32 - 1, text: refused });
    request(258, 1);
    expect(await program.next()).toEqual({ number: 258, text: refused });
    request(7, MAX_REQUEST_BYTES + 1);
    expect(await program.end).toEqual([1, null]);
    expect(await program.errors).toContain(
      `a request of ${MAX_REQUEST_BYTES + 1} bytes is longer than ${MAX_REQUEST_BYTES}`,
    );
    expect(read('README.md')).toContain(`A request has ${MAX_REQUEST_BYTES / 2 ** 20} MiB at most.`);
  });

  it('says of its end what the client understands', () => {
    const words = new LastWords();
    words.write(Buffer.from(JSON.parse(`"${inGo(/^const outOfMemory = "(.*)"$/)}"`)));
    const event = { type: 'ended', signal: null, error: undefined, lastWords: words.text } as const;
    const limits = { deadlineMs: 1, maxAnswerBytes: 1 };
    expect(outcomeOf({ ...event, fatalError: words.fatalError }, limits)).toMatchObject({ killed: 'memory' });
  });
});

/** A running engine, frame by frame. */
function started() {
  const child: ChildProcessWithoutNullStreams = spawn(locateEngine(), [], { env: {} });
  // It does not read to its end what is too long.
  child.stdin.on('error', () => undefined);
  const reader = new FrameReader(1_000);
  const frames: (Frame | 'oversized')[] = [];
  const [end, errors] = [once(child, 'close'), text(child.stderr)];
  const piece = async (): Promise<Buffer> => {
    const [data] = await Promise.race([once(child.stdout, 'data'), end]);
    if (Buffer.isBuffer(data)) return data;
    throw new Error(`the engine has ended: ${await errors}`);
  };
  const next = async () => {
    while (frames.length === 0) frames.push(...reader.read(await piece()));
    return frames.shift();
  };
  return { child, next, end, errors };
}

/** The JSON members of a Go struct, by whether they may be missing; those of what it embeds, too. */
function goMembers(name: string): Record<string, 'always' | 'omitted'> {
  const body = inGo(new RegExp(`^type ${name} struct \\{\\n([^}]*)^\\}`));
  return Object.fromEntries(
    body.split('\n').flatMap((line): [string, 'always' | 'omitted'][] => {
      const [, embedded] = /^\t(\w+)$/.exec(line) ?? [];
      if (embedded) return Object.entries(goMembers(embedded));
      const [, tag, option] = /`json:"(\w+)(,omitempty)?"`$/.exec(line) ?? [];
      return tag ? [[tag, option ? 'omitted' : 'always']] : [];
    }),
  );
}

/** The members of a TypeScript interface and of those that it extends; `Rendered.request` is the member's own type. */
function typescriptMembers(path: string): Record<string, 'always' | 'omitted'> {
  const [name = '', member] = path.split('.');
  const [, parents = '', body = ''] =
    new RegExp(`^(?:export )?interface ${name} (?:extends ([\\w, ]+) )?\\{\\n(.*?)^\\}`, 'ms').exec(
      TYPESCRIPT,
    ) ?? [];
  const [, inner] =
    new RegExp(`^  readonly ${member}: (?:readonly )?\\{\\n(.*?)^  \\}`, 'ms').exec(body) ?? [];
  const inherited = parents
    .split(', ')
    .flatMap((parent) => (parent ? Object.entries(typescriptMembers(parent)) : []));
  const indent = member ? '    ' : '  ';
  const own = [
    ...(member ? (inner ?? '') : body).matchAll(new RegExp(`^${indent}readonly (\\w+)(\\??):`, 'gm')),
  ];
  return Object.fromEntries([
    ...inherited,
    ...own.map(([, key = '', mark]) => [key, mark ? 'omitted' : 'always'] as const),
  ]);
}

describe('members', () => {
  it.each([
    ['versionRequest', 'VersionRequest'],
    ['checkRequest', 'CheckRequest'],
    ['evaluateRequest', 'EvaluateRequest'],
    ['renderRequest', 'RenderRequest'],
    ['inspectRequest', 'InspectRequest'],
  ])('of %s are those of %s', (go, typescript) => {
    const expected = Object.keys(goMembers(go)).sort();
    expect(expected).toContain('call');
    expect(Object.keys(typescriptMembers(typescript)).sort()).toEqual(expected);
  });

  it.each([
    ['Problem', 'EngineProblem'],
    ['parsed', 'Accepted.parsed'],
    ['triggerResult', 'Evaluated.triggers'],
    ['conditionResult', 'EvaluatedCondition'],
    ['rendered', 'Rendered.request'],
    ['Facts', 'ExpressionFacts'],
    ['Use', 'NameUse'],
    ['Path', 'PathUse'],
    ['Call', 'CallUse'],
    ['Predicate', 'PredicateUse'],
  ])('of %s are those of %s, and the same ones may be missing', (go, typescript) => {
    const expected = goMembers(go);
    expect(Object.keys(expected).length).toBeGreaterThan(2);
    expect(typescriptMembers(typescript)).toEqual(expected);
  });
});

describe('names', () => {
  const namesIn = (source: string, pattern: RegExp) =>
    [...source.matchAll(pattern)].map(([, name = '']) => name).sort();

  it('of calls are the same', () => {
    const calls = namesIn(inGo(/^var responders = map\[string\]responder\{\n([^}]*)^\}/), /^\t"(\w+)":/gm);
    expect(calls).toContain('check');
    expect(namesIn(TYPESCRIPT, /^ {2}readonly call: '(\w+)';$/gm)).toEqual(calls);
  });

  it('of kinds of values are the same', () => {
    const kinds = [...new Set(namesIn(read('internal/inspect/kind.go'), /^\t+return "(\w+)"$/gm))];
    expect(kinds).toContain('boolean');
    const [, union = ''] = /^ {2}readonly result: (.*);$/m.exec(TYPESCRIPT) ?? [];
    expect(namesIn(union, /'(\w+)'/g)).toEqual(kinds);
  });
});
