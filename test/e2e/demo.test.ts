import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { startDemo } from '../support/demo.ts';

const folders = async () =>
  (await readdir(tmpdir())).filter((name) => /^(control-plane|fake-dingtalk)-/.test(name));

describe('make demo', () => {
  it('ends by itself with ONCE=1, in under a minute, with every message there', async () => {
    const started = Date.now();
    const running = await startDemo('ONCE=1');
    expect(await running.exited, running.output()).toEqual({ code: 0, signal: null });
    expect(Date.now() - started).toBeLessThan(60_000);
    expect(running.output()).toContain('7 of 7 expected messages arrived, 0 were refused');
    expect(running.output().match(/signature valid, DingTalk answered 0 ok/g)?.length).toBe(7);
    expect(running.output()).toMatch(/dingtalkrobot\.argocd-dingtalk\.io\/payments +True +Ready/);
  });

  it('stays until Ctrl-C, then leaves nothing behind', async () => {
    const before = await folders();
    const running = await startDemo();
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
