import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEngine, type EngineOptions } from './client.ts';
import { MAX_REQUEST_BYTES } from './frames.ts';
import { EngineCounters } from './metrics.ts';
import { type Behaviour, fakeEngine } from './testing/fake-engine.ts';
import { type Engine, EngineUnavailableError, type Outcome } from './types.ts';

// Fake engines hang, burst and crash like a real one, but start in no time.

const closing: (() => unknown)[] = [];
const rejections: unknown[] = [];
const onRejection = (error: unknown) => rejections.push(error);

beforeEach(() => void process.on('unhandledRejection', onRejection));
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  process.off('unhandledRejection', onRejection);
  vi.useRealTimers();
  expect(rejections.splice(0)).toEqual([]);
});

function setUp(behaviours: Record<string, Behaviour> = {}, options: Partial<EngineOptions> = {}) {
  const file = fakeEngine(behaviours);
  const metrics = new EngineCounters();
  const engine = createEngine({ program: file.program, metrics, deadlineMs: 30_000, ...options });
  closing.push(file[Symbol.dispose], () => engine.close());
  return { engine, metrics, program: file.program };
}

/** The processes of fake engines that this process has. */
function children(program: string): string[] {
  const table = execFileSync('ps', ['-o', 'ppid=,args=', '-A'], { encoding: 'utf8' });
  return table.split('\n').filter((line) => line.includes(program));
}

/** A good fake engine answers with the request itself. The engine never answers this way: the request has no `ok`. */
const good = (engine: Engine, name = 'x') => engine.check({ configMap: { name }, ok: true } as never);
const GOOD = (name = 'x') => ({ call: 'check', configMap: { name }, ok: true });
const inspected = (expression: string) => ({ call: 'inspect', expression, ok: true });
const inspect = (engine: Engine, expression: string) => engine.inspect({ expression, ok: true } as never);
const app = { app: {}, configMap: {}, secret: {} };

describe('calls', () => {
  it('are answered in order, each with its own answer, by one engine', async () => {
    const { engine, metrics } = setUp();
    const answered: number[] = [];
    const names = Array.from({ length: 50 }, (_, index) => index);
    const outcomes = await Promise.all(
      names.map(async (name) => {
        const outcome = await good(engine, `${name}`);
        answered.push(name);
        return outcome;
      }),
    );
    expect(outcomes).toEqual(names.map((name) => GOOD(`${name}`)));
    expect(answered).toEqual(names);
    expect(metrics.starts).toBe(1);
    expect(metrics.calls.get('check')).toEqual(new Map([['ok', 50]]));
  });

  it('that can wait let the others go first', async () => {
    const { engine } = setUp();
    const answered: string[] = [];
    const ask = async (name: string, isBackground: boolean) => {
      await engine.check({ configMap: { name }, ok: true } as never, { isBackground });
      answered.push(name);
    };
    await Promise.all([ask('first', false), ask('later', true), ask('now', false), ask('also now', false)]);
    expect(answered).toEqual(['first', 'now', 'also now', 'later']);
  });
});

describe('a call without an answer', () => {
  it('has its deadline, and is the only one that is killed', async () => {
    const { engine, metrics } = setUp({ r: 'loop' });
    const before = good(engine, 'before');
    const culprit = engine.render({ ...app, templates: [], service: '' }, { deadlineMs: 50 });
    const after = Promise.all([good(engine, '1'), good(engine, '2')]);
    const message = 'The engine did not answer within 0.05 s.';
    expect(await culprit).toEqual({ ok: false, killed: 'deadline', message });
    expect(await before).toEqual(GOOD('before'));
    expect(await after).toEqual([GOOD('1'), GOOD('2')]);
    expect([metrics.starts, metrics.ends]).toEqual([2, new Map([['deadline', 1]])]);
    expect(metrics.calls.get('render')).toEqual(new Map([['deadline', 1]]));
  });

  it.each([
    ['eat', 'memory', 'The engine needed more memory than the operator allows.'],
    ['babble', 'memory', 'The answer of the engine has more than 0 MiB.'],
    ['stutter', 'memory', 'The answer of the engine has more than 0 MiB.'],
    ['recurse', 'trap', 'The engine ran out of stack, which endless recursion causes.'],
    ['trap', 'trap', 'The engine crashed.'],
    ['mumble', 'trap', 'The engine crashed.'],
    ['breakOff', 'trap', 'The engine crashed.'],
    ['die', 'trap', 'The engine crashed.'],
  ] as const)('is one that makes it %s', async (behaviour, killed, message) => {
    const { engine, metrics } = setUp({ i: behaviour }, { maxAnswerBytes: 10_000 });
    const [culprit, next] = await Promise.all([engine.inspect({ expression: '' }), good(engine)]);
    expect(culprit).toEqual({ ok: false, killed, message });
    expect(next).toEqual(GOOD());
    // A kill from outside may have nothing to do with the question, which is asked once more.
    const outside: [string, number][] = behaviour === 'die' ? [['outside', 1]] : [];
    expect(metrics.ends).toEqual(new Map([...outside, [killed, 1]]));
    expect(metrics.starts).toBe(2 + outside.length);
    expect(metrics.calls.get('inspect')).toEqual(new Map([[killed, 1]]));
  });

  it.each(['silence', 'trailOff', 'loop'] as const)('is one that is too late: %s', async (behaviour) => {
    const { engine, metrics } = setUp({ i: behaviour });
    const [culprit, next] = await Promise.all([
      engine.inspect({ expression: '' }, { deadlineMs: 50 }),
      good(engine),
    ]);
    expect(culprit).toHaveProperty('killed', 'deadline');
    expect(next).toEqual(GOOD());
    expect(metrics.ends).toEqual(new Map([['deadline', 1]]));
  });

  it.runIf(process.platform === 'linux')(
    'is none that comes late because the machine is busy: CPU time counts',
    async () => {
      const { engine, metrics } = setUp({ i: 'wait' });
      expect(await engine.inspect({ expression: 'a', ok: true } as never, { deadlineMs: 50 })).toEqual(
        inspected('a'),
      );
      expect(metrics.starts).toBe(1);
    },
  );

  it('is none that another process can give: one that was killed from outside meant nobody', async () => {
    const { engine, metrics } = setUp({ i: 'dieOnce' });
    expect(await inspect(engine, 'a')).toEqual(inspected('a'));
    expect([metrics.starts, metrics.ends]).toEqual([2, new Map([['outside', 1]])]);
  });

  it('is none that a fresh process can give: what was asked before may have left too little memory', async () => {
    const { engine, metrics } = setUp({ i: 'fill' });
    expect(await inspect(engine, 'a')).toEqual(inspected('a'));
    expect(await inspect(engine, 'b')).toEqual(inspected('b'));
    expect([metrics.starts, metrics.ends]).toEqual([2, new Map([['memory', 1]])]);
    expect(metrics.calls.get('inspect')).toEqual(new Map([['ok', 2]]));
  });

  it('is none that stands for the next: a second answer ends the process that gave it', async () => {
    const { engine, metrics } = setUp({ i: 'repeat' });
    expect(await inspect(engine, 'a')).toEqual(inspected('a'));
    expect(await good(engine, '1')).toEqual(GOOD('1'));
    expect(await good(engine, '2')).toEqual(GOOD('2'));
    expect(metrics.starts).toBe(2);
  });

  it('is one that is never asked, for its length', async () => {
    const { engine, metrics } = setUp();
    expect(await good(engine, 'x'.repeat(MAX_REQUEST_BYTES))).toEqual({
      ...{ ok: false, killed: 'memory' },
      message: 'The request to the engine has more than 16 MiB.',
    });
    expect(await good(engine, 'x'.repeat(1e6))).toEqual(GOOD('x'.repeat(1e6)));
    expect([metrics.starts, metrics.ends.size]).toEqual([1, 0]);
  });

  it('can follow on another', async () => {
    const { engine, metrics } = setUp({ e: 'eat', i: 'trap', r: 'loop' });
    const outcomes: Promise<Outcome>[] = [];
    for (let round = 0; round < 4; round += 1)
      outcomes.push(
        engine.evaluate(app),
        engine.inspect({ expression: '' }),
        engine.render({ ...app, templates: [], service: '' }, { deadlineMs: 20 }),
        good(engine),
      );
    const results = (await Promise.all(outcomes)).map((outcome) =>
      'killed' in outcome ? outcome.killed : 'ok',
    );
    expect(results).toEqual(Array.from({ length: 4 }, () => ['memory', 'trap', 'deadline', 'ok']).flat());
    // 12 ends, and one more in each round except the first: the process that consumed memory had given the good
    // answer before.
    expect(metrics.starts).toBe(16);
  });

  it('is not one whose answer lay waiting while this thread was busy', async () => {
    const { engine } = setUp();
    await good(engine);
    const answer = engine.check({ configMap: { name: 'x' }, ok: true } as never, { deadlineMs: 20 });
    await Promise.resolve();
    const end = performance.now() + 200;
    while (performance.now() < end);
    expect(await answer).toEqual(GOOD());
  });
});

describe('an engine without work', () => {
  it('is let go, and started again when there is some', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { engine, metrics } = setUp({}, { idleMs: 60_000 });
    await good(engine);
    vi.advanceTimersByTime(59_999);
    expect(metrics.isRunning).toBe(true);
    await good(engine);
    vi.advanceTimersByTime(59_999);
    expect(metrics.isRunning).toBe(true);
    vi.advanceTimersByTime(1);
    expect(metrics.isRunning).toBe(false);
    expect(await good(engine)).toEqual(GOOD());
    expect([metrics.starts, metrics.ends]).toEqual([2, new Map([['idle', 1]])]);
  });

  it('is not started at all', async () => {
    const { engine, metrics } = setUp();
    await engine.close();
    expect(metrics.starts).toBe(0);
  });
});

describe('an engine that cannot be started', () => {
  it('rejects what waits, and tries again for the next', async () => {
    const { engine, metrics, program } = setUp();
    const script = readFileSync(program);
    for (const [content, mode, message] of [
      ['no program', 0o755, 'the engine did not start'],
      ['#!/bin/sh\nexit 0\n', 0o755, 'the engine did not start'],
      ['#!/bin/sh\n', 0o644, 'the engine did not start'],
      [
        '#!/bin/sh\necho one engine of another version\n',
        0o755,
        'is another program, or has another version',
      ],
    ] as const) {
      writeFileSync(program, content);
      chmodSync(program, mode);
      const results = await Promise.allSettled([good(engine, '1'), good(engine, '2')]);
      for (const result of results) {
        expect(result).toMatchObject({ reason: expect.any(EngineUnavailableError) });
        expect(result).toHaveProperty('reason.message', expect.stringContaining(message));
        expect(result).toHaveProperty('reason.message', expect.stringContaining(program));
      }
    }
    rmSync(program);
    await expect(good(engine)).rejects.toMatchObject({ cause: { code: 'ENOENT' } });
    expect(metrics.calls.get('check')).toEqual(new Map([['unavailable', 9]]));
    expect([metrics.starts, metrics.isRunning]).toEqual([0, false]);
    writeFileSync(program, script);
    chmodSync(program, 0o755);
    expect(await good(engine)).toEqual(GOOD());
  });

  it.each([
    ['printf "no room for it\\n\\nstack" >&2; exit 1', 'the process ended at once: no room for it'],
    ['exit 0', 'the process ended at once'],
    // The second time, too.
    ['kill -9 $$', 'signal SIGKILL ended the process'],
  ])('says why: %s', async (script, reason) => {
    const { engine, program } = setUp();
    writeFileSync(program, `#!/bin/sh\n${script}\n`);
    await expect(good(engine)).rejects.toHaveProperty('cause.message', reason);
  });

  it('is none that somebody killed while it started', async () => {
    const { engine, program, metrics } = setUp();
    const script = readFileSync(program, 'utf8');
    const mark = `${program}.mark`;
    writeFileSync(
      program,
      script.replace(
        "const fs = require('node:fs');",
        `$&if (!fs.existsSync('${mark}')) (fs.writeFileSync('${mark}', ''), process.kill(process.pid, 'SIGKILL'));`,
      ),
    );
    expect(await Promise.all([good(engine, '1'), good(engine, '2')])).toEqual([GOOD('1'), GOOD('2')]);
    expect([metrics.starts, metrics.ends.size]).toEqual([1, 0]);
  });

  it('is one that greets otherwise', async () => {
    using file = fakeEngine({}, 'argocd-dingtalk-engine/0');
    const engine = createEngine({ program: file.program });
    await expect(good(engine)).rejects.toThrow('is another program, or has another version');
    await engine.close();
    expect(children(file.program)).toEqual([]);
  });

  it('is one whose start takes too long', async () => {
    const { engine } = setUp({}, { startDeadlineMs: 1 });
    await expect(good(engine)).rejects.toThrow('the engine did not start in time');
  });
});

describe('a closed engine', () => {
  it('rejects what has no answer yet and whatever comes later', async () => {
    const { engine, metrics } = setUp({ r: 'loop' });
    expect(await good(engine)).toEqual(GOOD());
    const calls = [engine.render({ ...app, templates: [], service: '' }), good(engine)];
    const settled = Promise.allSettled(calls);
    await engine.close();
    for (const result of [...(await settled), ...(await Promise.allSettled([good(engine)]))])
      expect(result).toHaveProperty('reason.message', 'the engine is closed');
    expect([metrics.isRunning, metrics.ends]).toEqual([false, new Map([['closed', 1]])]);
    await engine.close();
  });

  it('starts none for a call of the same turn', async () => {
    const { engine, metrics, program } = setUp();
    writeFileSync(program, '#!/bin/sh\nexec sleep 60\n');
    const call = Promise.allSettled([good(engine)]);
    const begin = performance.now();
    await engine.close();
    expect(performance.now() - begin).toBeLessThan(20_000);
    expect(await call).toMatchObject([{ reason: { message: 'the engine is closed' } }]);
    expect([metrics.starts, metrics.ends.size]).toEqual([0, 0]);
  });

  it('leaves no process behind, not even one that was just being started', async () => {
    const { engine, program } = setUp();
    const call = Promise.allSettled([good(engine)]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(children(program)).toHaveLength(1);
    await engine.close();
    expect(await call).toMatchObject([{ reason: { message: 'the engine is closed' } }]);
    expect(children(program)).toEqual([]);
  });
});
