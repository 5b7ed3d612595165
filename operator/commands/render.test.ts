import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { locateEngine } from '../../engine/locate.ts';
import { robot, subscription } from '../api/testing/manifests.ts';
import { createEngine } from '../engine/client.ts';
import type { Engine } from '../engine/types.ts';
import { run, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(async () => {
  files.remove();
  await engine.close();
});

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
const quickstart = ['-f', join(SAMPLES, 'quickstart'), '--config', join(SAMPLES, 'config.yaml')];

/** The two objects of YAML output. */
function objects(yaml: string) {
  const [configMap, secret] = parseAllDocuments(yaml).map((document) => document.toJS());
  return { configMap, secret };
}

/** The values, but for the moment of the rendering. */
const timeless = (text: string) => text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'NOW');

describe('render', () => {
  it('gives the objects that the engine takes', async () => {
    const { code, stdout, stderr } = await run('render', ...quickstart);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { configMap, secret } = objects(stdout);
    expect(configMap).toMatchObject({ kind: 'ConfigMap', metadata: { namespace: 'argocd' } });
    expect(secret).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'argocd-notifications-secret', namespace: 'argocd' },
      stringData: { 'dt_team-payments_payments': '[signed URL of team-payments/payments]' },
    });
    const keys = Object.keys(configMap.data);
    expect(keys).toContain('service.webhook.dt_team-payments_payments');
    expect(keys).toContain('trigger.dt_team-payments_payments_on-deployed');
    expect(keys).toEqual(keys.toSorted());
    const url = 'https://oapi.dingtalk.com/robot/send?access_token=0';
    expect(
      await engine.check({ configMap: configMap.data, secret: { 'dt_team-payments_payments': url } }),
    ).toMatchObject({
      ok: true,
      parsed: { subscriptions: [{ recipients: ['dt_team-payments_payments'] }] },
    });
  });

  it('gives the same as JSON, and each time', async () => {
    const yaml = objects((await run('render', ...quickstart)).stdout);
    const json = JSON.parse((await run('render', ...quickstart, '-o', 'json')).stdout);
    expect(json).toMatchObject({ apiVersion: 'v1', kind: 'List' });
    expect(timeless(JSON.stringify(json.items))).toBe(
      timeless(JSON.stringify([yaml.configMap, yaml.secret])),
    );
  });

  it('prints no credential, be it among the files or assumed', async () => {
    const token = 'a1b2'.repeat(16);
    const secret = `SEC${'c3d4'.repeat(16)}`;
    const where = (name: string) => ({ namespace: 'team', name });
    const path = files.write('credentials.yaml', [
      { apiVersion: 'v1', kind: 'Secret', metadata: where('given'), stringData: { webhook: token, secret } },
      robot(where('given')),
      robot(where('assumed')),
      robot(where('unsigned'), { signing: undefined }),
      subscription(where('given'), { robots: ['given', 'assumed', 'unsigned'].map((name) => ({ name })) }),
    ]);
    for (const format of ['yaml', 'json']) {
      const { code, stdout, stderr } = await run('render', '-f', path, '-o', format);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('[signed URL of team/given]');
      expect(stdout).toContain('[signed URL of team/assumed]');
      expect(stdout).toContain('[URL of team/unsigned]');
      expect(stdout).not.toMatch(new RegExp(`${token}|${secret}|SEC|access_token|sign=|https://oapi`));
    }
  });

  it('leaves out what is refused, says so on standard error, and exits with 1', async () => {
    const where = { namespace: 'team', name: 'one' };
    const path = files.write('refused.yaml', [
      robot(where),
      subscription(where),
      subscription(
        { ...where, name: 'other' },
        { robots: [{ name: 'one' }], events: [{ trigger: 'on-fire' }] },
      ),
    ]);
    const { code, stdout, stderr } = await run('render', '-f', path);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^\S+refused\.yaml:\d+:\d+: error: NotificationSubscription team\/other: UnknownTrigger: .*\n {2}hint: /,
    );
    expect(stdout).toContain('trigger.dt_team_one_on-sync-failed');
    expect(stdout).not.toContain('dt_team_other');
  });

  it('names the objects as the configuration does', async () => {
    const config = files.write('config.yaml', [
      {
        apiVersion: 'config.argocd-dingtalk.io/v1alpha1',
        kind: 'OperatorConfiguration',
        target: { namespace: 'gitops', configMap: 'cm', secret: 'secret' },
      },
    ]);
    const { stdout } = await run('render', '-f', join(SAMPLES, 'quickstart'), '--config', config);
    const { configMap, secret } = objects(stdout);
    expect([configMap.metadata, secret.metadata]).toEqual([
      { name: 'cm', namespace: 'gitops' },
      { name: 'secret', namespace: 'gitops' },
    ]);
  });
});
