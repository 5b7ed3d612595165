import { describe, expect, it } from 'vitest';
import { startDemo } from '../support/demo.ts';

describe('make demo', () => {
  it('tells the same by the relay with RELAY=1, and shows a refusal in the status of the robot', {
    timeout: 120_000,
  }, async () => {
    const running = await startDemo('RELAY=1', 'ONCE=1');
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
    const running = await startDemo('GITEE=1', 'ONCE=1');
    expect(await running.exited, running.output()).toEqual({ code: 0, signal: null });
    const output = running.output();
    expect(output).toMatch(/hook \d+: https:\/\/hooks\.example\.com\/gitee\/team-web\/shop/);
    expect(output.match(/the relay answers 202/g)?.length).toBe(3);
    expect(output.match(/from the relay: signature valid, DingTalk answered 0 ok/g)?.length).toBe(3);
    expect(output).toContain('the operator has repaired it');
    expect(output).toContain('example/shop has 0 hooks on Gitee');
  });
});
