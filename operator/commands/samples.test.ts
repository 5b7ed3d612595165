import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { LintFinding } from '../files/finding.ts';
import { run, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterAll(() => files.remove());

const ROOT = new URL('../../', import.meta.url).pathname;
const SAMPLES = join(ROOT, 'samples');
/** Some samples need more than the configuration beside them: an installation without a relay has no such URLs. */
const RELAY = { url: 'http://argocd-dingtalk-relay.argocd.svc:8080' };
const GITEE = { publicURL: 'https://hooks.example.com' };
const API = { url: 'https://argocd-server.argocd.svc' };
const folders = readdirSync(SAMPLES, { withFileTypes: true })
  .filter((each) => each.isDirectory())
  .map(({ name }) => name);

describe('the samples', () => {
  it('are all in the guide, and no others', () => {
    const guide = readFileSync(join(ROOT, 'docs/guide.md'), 'utf8');
    const listed = [...guide.matchAll(/^\| \[([\w-]+)\]\(\.\.\/samples\/\1\) \|/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual([...folders].sort());
  });

  it.each(folders)('%s applies each of its files', (name) => {
    const { resources } = parse(readFileSync(join(SAMPLES, name, 'kustomization.yaml'), 'utf8')) as {
      resources: string[];
    };
    const others = readdirSync(join(SAMPLES, name)).filter((file) => file !== 'kustomization.yaml');
    expect([...resources].sort()).toEqual(others.sort());
  });

  it('are accepted without a warning where the URLs of Argo CD and the relay are known', async () => {
    const config = parse(readFileSync(join(SAMPLES, 'config.yaml'), 'utf8')) as { argocd: object };
    const argocd = { ...config.argocd, url: 'https://argocd.example.com', api: API };
    const file = files.write('config.yaml', stringify({ ...config, argocd, relay: RELAY, gitee: GITEE }));
    const { code, stdout } = await run('lint', '-f', SAMPLES, '--config', file, '-o', 'json');
    expect(JSON.parse(stdout) as LintFinding[]).toEqual([]);
    expect(code).toBe(0);
  });

  it('lack nothing but these URLs with the configuration as it is', async () => {
    const { code, stdout } = await run(
      'lint',
      '-f',
      SAMPLES,
      '--config',
      join(SAMPLES, 'config.yaml'),
      '-o',
      'json',
    );
    const findings = JSON.parse(stdout) as LintFinding[];
    expect(new Set(findings.map(({ reason, accepted }) => `${reason} ${accepted}`))).toEqual(
      new Set([
        'NoArgoCDURL true',
        'RelayNotConfigured false',
        'RobotNotReady false',
        'GiteeDoorNotConfigured false',
      ]),
    );
    const refused = findings.filter(({ accepted }) => !accepted);
    expect(new Set(refused.map(({ namespace }) => namespace))).toEqual(
      new Set(['team-shipping', 'team-web', 'team-returns']),
    );
    expect(code).toBe(1);
  });
});
