import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import { eventually } from '../lib/testing/eventually.ts';
import { createEngine } from './client.ts';
import { GOOD_CONFIG, HOSTILE, manySets, rendering } from './testing/requests.ts';

// engine/internal/confine tests the confinement from inside. This test observes the process from outside, and attacks
// as templates do.

// Under a separate name: engines of other test files may be children of this process, too.
const folder = mkdtempSync(join(tmpdir(), 'engine-'));
const program = join(folder, 'engine');
symlinkSync(locateEngine(), program);
const engine = createEngine({ program, deadlineMs: 60_000 });
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

function engines(): ProcessEntry[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [pid, parent, group, command] = line.trim().split(/\s+/);
    return command === program ? [{ pid: Number(pid), parent: Number(parent), group: Number(group) }] : [];
  });
}

/** The process of this file's engine, which has just answered. */
async function ourEngine(): Promise<ProcessEntry> {
  expect(await engine.check(GOOD_CONFIG)).toHaveProperty('ok', true);
  const [ours] = engines().filter(({ parent }) => parent === process.pid);
  if (!ours) throw new Error('the engine does not run');
  return ours;
}

const proc = (pid: number, file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8');

describe('the process', () => {
  it('is the first of a group of its own', async () => {
    const { pid, group } = await ourEngine();
    expect(group).toBe(pid);
  });

  it.runIf(process.platform === 'linux')('has nothing but its pipes, and can get nothing more', async () => {
    // Go's runtime makes its last system calls when it collects garbage.
    expect(await engine.check(manySets(300))).toHaveProperty('ok', true);
    const { pid } = await ourEngine();
    expect(proc(pid, 'environ')).toBe('');
    const folder = `/proc/${pid}/fd`;
    const open = readdirSync(folder).map((name) =>
      readlinkSync(`${folder}/${name}`).replace(/:\[\d+\]$/, ''),
    );
    // The last two belong to the timer of Go's runtime. Node's pipes are pairs of sockets.
    expect(open).toEqual(['socket', 'socket', 'socket', 'anon_inode:[eventpoll]', 'anon_inode:[eventfd]']);
    expect(proc(pid, 'limits')).toMatch(/^Max open files +0 +0 /m);
    expect(proc(pid, 'limits')).toMatch(/^Max core file size +0 +0 /m);
    expect(proc(pid, 'limits')).toMatch(
      new RegExp(`^Max data size +${208 * 2 ** 20} +${208 * 2 ** 20} `, 'm'),
    );
    expect(proc(pid, 'limits')).toMatch(/^Max address space +\d+ +\d+ /m);
    // A filter of system calls, and no way back.
    expect(proc(pid, 'status')).toMatch(/^NoNewPrivs:\t1\n[\s\S]*^Seccomp:\t2$/m);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'ends with the one that started it, even if %s ends that while a template runs for ever',
    async (signal) => {
      const parent = spawn(process.execPath, ['--input-type=module', '--eval', RUNAWAY], {
        env: { ...process.env, PROGRAM: program, RENDERING: JSON.stringify(rendering(HOSTILE.endless)) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = createInterface({ input: parent.stdout });
      const [line] = await lines[Symbol.asyncIterator]()
        .next()
        .then(({ value }) => [String(value)]);
      expect(line).toBe('asking');
      const [child] = await eventually('the engine of the other process', () => {
        const found = engines().filter((entry) => entry.parent === parent.pid);
        if (found.length === 0) throw new Error('it does not run yet');
        return found;
      });
      parent.kill(signal);
      await eventually('the engine to end', () => {
        if (engines().some(({ pid }) => pid === child?.pid)) throw new Error('it still runs');
        return true;
      });
    },
  );
});

/** A program that asks the engine a question without an answer, until a signal ends it. */
const RUNAWAY = `
import { createEngine } from ${JSON.stringify(new URL('./client.ts', import.meta.url).href)};
const engine = createEngine({ program: process.env.PROGRAM });
await engine.version();
void engine.render(JSON.parse(process.env.RENDERING), { deadlineMs: 600_000 });
process.stdout.write('asking\\n');
`;

describe('a template', () => {
  const undefinedFunction = (name: string) => ({
    errors: [{ message: expect.stringContaining(`function "${name}" not defined`) }],
  });

  it.each([
    [
      'a name',
      '{{getHostByName "localhost"}}',
      { request: { error: expect.stringContaining('getHostByName') } },
    ],
    ['the environment', '{{env "PATH"}}', undefinedFunction('env')],
    ['the environment in a text', '{{expandenv "$PATH"}}', undefinedFunction('expandenv')],
    ['a file, as with Helm', '{{.Files.Get "/etc/passwd"}}', { request: { body: '<no value>' } }],
  ])('that asks for %s gets nothing', async (_, template, nothing) => {
    expect(await engine.render(rendering(template))).toMatchObject(nothing);
  });

  it('finds its time zones without the files of the machine, and no other', async () => {
    const zones =
      '{{date "MST" (toDate "2006" "2026")}} {{dateInZone "MST" (toDate "2006" "2026") "Asia/Shanghai"}}';
    expect(await engine.render(rendering(zones))).toMatchObject({ request: { body: 'UTC CST' } });
    const outcome = await engine.evaluate({
      configMap: { 'trigger.t': JSON.stringify([{ when: 'timezone("Asia/Shangai") != nil', send: [] }]) },
      app: {},
    });
    expect(outcome).toMatchObject({
      triggers: [{ conditions: [{ error: expect.stringContaining('unknown time zone Asia/Shangai') }] }],
    });
  });
});
