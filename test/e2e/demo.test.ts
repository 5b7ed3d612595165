import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { startProcess } from '../support/processes.ts';

const REPOSITORY = new URL('../..', import.meta.url).pathname;

const demo = (...args: string[]) =>
  startProcess({ name: 'make demo', command: 'make', args: ['demo', ...args], cwd: REPOSITORY });
const folders = async () =>
  (await readdir(tmpdir())).filter((name) => /^(control-plane|fake-dingtalk)-/.test(name));

describe('make demo', () => {
  it('ends by itself with ONCE=1, in under a minute, with every message there', async () => {
    const started = Date.now();
    const running = await demo('ONCE=1');
    expect(await running.exited, running.output()).toEqual({ code: 0, signal: null });
    expect(Date.now() - started).toBeLessThan(60_000);
    expect(running.output()).toContain('7 of 7 expected messages arrived, 0 were refused');
    expect(running.output().match(/signature valid, DingTalk answered 0 ok/g)?.length).toBe(7);
    expect(running.output()).toMatch(/dingtalkrobot\.argocd-dingtalk\.io\/payments +True +Ready/);
  });

  it('tells the same by the relay with RELAY=1, and shows a refusal in the status of the robot', {
    timeout: 120_000,
  }, async () => {
    const running = await demo('RELAY=1', 'ONCE=1');
    expect(await running.exited, running.output()).toEqual({ code: 0, signal: null });
    const output = running.output();
    expect(output).toMatch(/the way of each message: Argo CD → the relay \(http:\S+\) → DingTalk/);
    expect(output).toMatch(/^team-payments\.payments +payments +1 /m);
    expect(output).toContain('6 of 6 expected messages arrived, 0 were refused');
    expect(output.match(/from the relay: signature valid, DingTalk answered 0 ok/g)?.length).toBe(6);
    expect(output).toMatch(/Delivering:\n +\| False SignatureRejected: /);
  });

  it('tells about a repository on Gitee with GITEE=1, whose hook is made, repaired and removed', {
    timeout: 120_000,
  }, async () => {
    const running = await demo('GITEE=1', 'ONCE=1');
    expect(await running.exited, running.output()).toEqual({ code: 0, signal: null });
    const output = running.output();
    expect(output).toMatch(/hook \d+: https:\/\/hooks\.example\.com\/gitee\/team-web\/shop/);
    expect(output.match(/the relay answers 202/g)?.length).toBe(3);
    expect(output.match(/from the relay: signature valid, DingTalk answered 0 ok/g)?.length).toBe(3);
    expect(output).toContain('the operator has repaired it');
    expect(output).toContain('example/shop has 0 hooks on Gitee');
  });

  it('stays until Ctrl-C, then leaves nothing behind', async () => {
    const before = await folders();
    const running = await demo();
    await eventually('the demo to invite', () => running.output().includes('It is yours now'), {
      timeoutMs: 55_000,
    });
    const kubeconfig = /export KUBECONFIG=(\S+)/.exec(running.output())?.[1] ?? '';
    const mine = (await folders()).filter((name) => !before.includes(name));
    expect(mine.some((name) => kubeconfig.includes(name))).toBe(true);
    running.signal('SIGINT');
    await running.exited;
    expect(running.output()).toContain('stopping everything');
    const folder = mine.find((name) => kubeconfig.includes(name)) as string;
    expect(await folders()).not.toContain(folder);
  });
});
