import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { startProcess } from './processes.ts';

function shell(script: string): { name: string; command: string; args: string[] } {
  return { name: 'it', command: '/bin/sh', args: ['-c', script] };
}

/** Whether a process lives. One that has ended stays in the table until its parent, or init, takes notice of it. */
function isRunning(pid: number): boolean {
  if (existsSync('/proc/self/stat')) {
    return existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  }
  return spawnSync('/bin/kill', ['-0', String(pid)]).status === 0;
}

describe('startProcess', () => {
  it('waits until the process is ready', async () => {
    await using running = await startProcess({
      ...shell('echo starting; echo up >&2; exec sleep 60'),
      ready: ({ output }) => output().includes('up'),
    });
    expect(running.output()).toContain('starting\n');
    expect(await running.stop()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await running.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('shows the end of the output when the process ends too early', async () => {
    const script = 'for i in $(seq 60); do echo "line $i."; done; exit 3';
    const failure = await startProcess({ ...shell(script), ready: () => false }).catch(
      (error: Error) => error,
    );
    const { message } = failure as Error;
    expect(message).toMatch(
      /^it: ended before it was ready, with exit code 3; its last output:\nline 21\.\n/,
    );
    expect(message).toContain('line 60.');
  });

  it('ends a process that does not get ready', async () => {
    let pid = 0;
    const starting = startProcess({
      ...shell('exec sleep 60'),
      ready: (running) => {
        pid = running.pid;
        throw new Error('nobody answers');
      },
      readyTimeoutMs: 50,
    });
    await expect(starting).rejects.toThrow(/^it: timed out after 50 ms .*: nobody answers/);
    expect(isRunning(pid)).toBe(false);
  });

  it('says so when there is no such program', async () => {
    const starting = startProcess({ name: 'it', command: '/no/such/program', args: [] });
    await expect(starting).rejects.toThrow('it cannot be started: Error: spawn /no/such/program ENOENT');
  });
});

describe('the end', () => {
  it('is SIGKILL for a process that does not mind SIGTERM, and for all it started', async () => {
    const running = await startProcess({
      ...shell('trap "" TERM; sleep 60 & echo "child $!"; wait'),
      ready: ({ output }) => output().includes('child'),
    });
    const child = Number(/child (\d+)/.exec(running.output())?.[1]);
    expect(isRunning(child)).toBe(true);
    expect(await running.stop(50)).toEqual({ code: null, signal: 'SIGKILL' });
    await eventually('its child to be gone', () => !isRunning(child));
  });

  it('comes with the end of the process that started it, even by SIGKILL', async () => {
    const program = `
      import { startProcess } from ${JSON.stringify(new URL('./processes.ts', import.meta.url).href)};
      const { pid } = await startProcess({ name: 'it', command: 'sleep', args: ['60'] });
      process.stdout.write(String(pid), () => process.kill(process.pid, 'SIGKILL'));
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = await Promise.all([text(parent.stdout), once(parent, 'exit')]);
    const pid = Number(output);
    expect(pid).toBeGreaterThan(0);
    await eventually('the orphan to be gone', () => !isRunning(pid));
  });
});
