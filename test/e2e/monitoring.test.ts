import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { namespace, robot, subscription } from '../../operator/api/testing/manifests.ts';
import type { ConfigFields } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ALERT_CASES, ruleTests } from '../support/alert-cases.ts';
import { installOperator, startOperator } from '../support/operator.ts';
import { freePorts } from '../support/ports.ts';
import { promtool } from '../support/promtool.ts';
import { startOperatorForRelay, startRelay } from '../support/relay.ts';
import { metricsIn, samplesIn } from '../support/scrape.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';
import { tellRelay } from '../support/tell-relay.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const TEAM = { namespace: 'team', name: 'payments' };
const RELAYED = { namespace: 'harbour', name: 'lighthouse' };

let stage: Stage;
let url: string;
/** The metrics of an operator whose team has everything that it needs. */
let scrape: string;
/** Those of a relay that has sent one message. */
let relayScrape: string;
let scrapedAt: number;

beforeAll(async () => {
  const [port] = await freePorts(1);
  const listen = { listen: `127.0.0.1:${port}` };
  url = `http://${listen.listen}`;
  const fields = { metrics: listen, health: listen, robots: { verify: 'OnChange' } };
  stage = await startStage({ argocd: false, operator: fields });
  const { manifests } = realRobot(stage.dingtalk, TEAM);
  const spec = { robots: [{ name: TEAM.name }], events: [{ trigger: 'on-sync-failed' }] };
  await stage.apply(namespace(TEAM.namespace), ...manifests, subscription(TEAM, spec));
  await stage.conditions('robots', TEAM.namespace, TEAM.name, {
    Ready: 'True/Ready',
    Delivering: 'True/Delivering',
  });
  await stage.conditions('nsub', TEAM.namespace, TEAM.name, { Ready: 'True/Ready' });
  scrape = await eventually('the operator to have nothing left to do', async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return /^argocd_dingtalk_statuses_pending 0$/m.test(text) && /ready="True"} 1$/m.test(text) && text;
  });
  scrapedAt = Date.now() / 1_000;
  relayScrape = await scrapeOfRelay(fields);
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

async function scrapeOfRelay(fields: ConfigFields): Promise<string> {
  const place = await startOperatorForRelay(stage, fields);
  const relay = await startRelay(stage, place);
  try {
    const spec = { robots: [{ name: RELAYED.name }], events: [{ trigger: 'on-sync-failed' }] };
    const [secret] = realRobot(stage.dingtalk, RELAYED).manifests;
    await stage.apply(
      namespace(RELAYED.namespace),
      secret as object,
      robot(RELAYED, { delivery: 'Relay' }),
      subscription(RELAYED, spec),
    );
    await stage.conditions('nsub', RELAYED.namespace, RELAYED.name, { Ready: 'True/Ready' });
    expect(await tellRelay(stage.cp, place, RELAYED.namespace)).toBe(202);
    return await eventually('the relay to have nothing left to do', async () => {
      const text = await (await fetch(`${place.healthUrl}/metrics`)).text();
      return /^argocd_dingtalk_relay_messages_total\{result="sent"\} 1$/m.test(text) && text;
    });
  } finally {
    await stage.remove('nsub', RELAYED.namespace, RELAYED.name);
    await stage.remove('robots', RELAYED.namespace, RELAYED.name);
    await relay.stop();
    await stage.restartOperator(fields);
  }
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}
const rules: Rules = {
  groups: ['monitoring', 'relay-monitoring'].flatMap(
    (folder) => (parse(read(`config/${folder}/prometheus-rule.yaml`)).spec as Rules).groups,
  ),
};
const alerts = rules.groups.flatMap((group) => group.rules);

describe('a healthy operator', () => {
  it('is alive and ready', async () => {
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    const text = await ready.text();
    expect([ready.status, text]).toEqual([200, expect.stringContaining('readyz check passed')]);
    for (const name of ['robots', 'subscriptions', 'configMap', 'secret', 'engine'])
      expect(text).toContain(`[+]${name} ok\n`);
  });

  it('has metrics that Prometheus finds nothing wrong with, and so has the relay', async () => {
    for (const text of [scrape, relayScrape]) {
      const { code, stdout, stderr } = await promtool(['check', 'metrics'], {}, text);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    }
  });

  it('reports what there is', () => {
    const value = (name: string, labels: Readonly<Record<string, string>> = {}) =>
      samplesIn(scrape).find(
        (sample) => sample.name === `argocd_dingtalk_${name}` && matches(sample.labels, labels),
      )?.value;
    expect(value('leader')).toBe(1);
    expect(value('ready')).toBe(1);
    expect(value('resources', { kind: 'NotificationSubscription', ready: 'True' })).toBe(1);
    expect(value('credential_secrets', { state: 'found' })).toBe(1);
    expect(value('signatures', { state: 'signed' })).toBe(1);
    expect(value('signatures', { state: 'overdue' })).toBe(0);
    expect(value('signature_expiry_timestamp_seconds')).toBeGreaterThan(scrapedAt + 55 * 60);
    expect(value('test_messages_total', { result: 'ok' })).toBe(1);
    // A service, a trigger and a template; the URL in the Secret.
    expect(value('target_keys', { object: 'ConfigMap' })).toBe(3);
    expect(value('target_keys', { object: 'Secret' })).toBe(1);
    expect(value('target_writes_total', { object: 'Secret' })).toBe(1);
    expect(value('api_requests_total', { verb: 'WATCH', code: '200' })).toBeGreaterThan(7);
    expect(value('run_seconds_count', { result: 'done' })).toBeGreaterThan(1);
  });

  it('has no secret, and no name of a resource, in its metrics', () => {
    for (const text of [TEAM.name, 'access_token', 'SEC', TEAM.namespace]) expect(scrape).not.toContain(text);
  });
});

describe('a healthy relay', () => {
  it('reports what it has done', () => {
    expect(
      relayScrape
        .match(/^argocd_dingtalk_relay_.* [1-9]\d*$/gm)
        ?.filter((line) => !/_bucket|_duration/.test(line)),
    ).toEqual([
      'argocd_dingtalk_relay_requests_total{answer="202"} 1',
      'argocd_dingtalk_relay_routes 1',
      'argocd_dingtalk_relay_messages_total{result="stored"} 1',
      'argocd_dingtalk_relay_messages_total{result="sent"} 1',
      'argocd_dingtalk_relay_deliveries_total{reason="Delivering"} 1',
    ]);
  });

  it('has the metrics that docs/metrics.md lists, and no others of its own', () => {
    const page = read('docs/metrics.md').split('\n## Of the relay\n');
    const [listed = [], ofTheRelay = []] = page.map((text) =>
      [...text.matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name),
    );
    const served = [...relayScrape.matchAll(/^# TYPE (argocd_dingtalk_\S+)/gm)].map(([, name = '']) => name);
    expect(ofTheRelay.filter((name) => !served.includes(name))).toEqual([]);
    expect(served.filter((name) => ![...listed, ...ofTheRelay].includes(name))).toEqual([]);
  });

  it('has no secret, and no name of a resource, in its metrics', () => {
    for (const text of [...Object.values(RELAYED), 'access_token', 'SEC', 'Bearer', 'app-'])
      expect(relayScrape).not.toContain(text);
  });
});

const matches = (
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean =>
  Object.entries(wanted).every(([label, value]) => new Map(Object.entries(labels)).get(label) === value);

describe('each alert', () => {
  it('is a rule that Prometheus accepts', async () => {
    const { code, stderr } = await promtool(['check', 'rules', '--lint=all', '--lint-fatal', 'rules.json'], {
      'rules.json': rules,
    });
    expect([code, stderr]).toEqual([0, '']);
  });

  // It takes seven seconds of CPU, for which other tests may leave little.
  it('fires in its case, alone, and in no quiet state', { timeout: 180_000 }, async () => {
    expect(ALERT_CASES.map(({ alert }) => `ArgoCDDingTalk${alert}`).sort()).toEqual(
      alerts.map(({ alert }) => alert).sort(),
    );
    const expressions = alerts.map(({ expr }) => expr);
    const scrapes = { operator: scrape, relay: relayScrape, at: scrapedAt };
    const tests = ruleTests('rules.json', expressions, scrapes);
    const files = { 'rules.json': rules, 'tests.json': tests };
    const { code, stdout, stderr } = await promtool(['test', 'rules', 'tests.json'], files);
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(code).toBe(0);
  });

  it('has a severity, two texts and a runbook of its own', () => {
    const pages = readdirSync(join(ROOT, 'docs/runbooks')).map((file) => file.replace(/\.md$/, ''));
    expect(pages.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
    for (const { alert, labels, annotations } of alerts) {
      const page = read(`docs/runbooks/${alert}.md`);
      expect(labels.severity, alert).toMatch(/^(critical|warning|info)$/);
      expect(annotations.runbook_url, alert).toMatch(new RegExp(`^https://.*/docs/runbooks/${alert}\\.md$`));
      expect(annotations.description, alert).toMatch(/\w.*\.$/);
      expect(page, alert).toContain(`# ${alert}\n\nSeverity: ${labels.severity}. ${annotations.summary}\n`);
      const headings = [...page.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);
      expect(headings, alert).toEqual(['Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
    }
  });
});

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly w: number };
  readonly targets?: readonly { readonly expr: string }[];
}

describe('the dashboard', () => {
  const dashboard = JSON.parse(read('config/monitoring/dashboard.json'));
  const panels: readonly Panel[] = dashboard.panels;
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

  it('has a row for each concern, and a choice of the data source', () => {
    expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
      ...['Health', 'Resources', 'Target', 'Signatures', 'Engine', 'API server', 'Gitee', 'Relay'],
    ]);
    expect(dashboard.templating.list.map(({ type }: { type: string }) => type)).toContain('datasource');
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  it('has expressions that Prometheus parses', async () => {
    const rule = (expr: string, index: number) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$namespace', '.*'),
    });
    const file = { groups: [{ name: 'dashboard', rules: expressions.map(rule) }] };
    const { code, stdout } = await promtool(['check', 'rules', 'panels.json'], { 'panels.json': file });
    expect([code, stdout]).toEqual([0, expect.stringContaining(`${expressions.length} rules found`)]);
  });

  it('and the alerts name only metrics that there are, and the dashboard has each of them', () => {
    const scrapes = `${scrape}\n${relayScrape}`;
    const known = new Set([...scrapes.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
    const shown = new Set(expressions.flatMap(metricsIn));
    const named = [...shown, ...alerts.flatMap(({ expr }) => metricsIn(expr))];
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    expect([...known].filter((name) => name.startsWith('argocd_dingtalk_') && !shown.has(name))).toEqual([]);
  });
});

describe('a replica that does not lead', () => {
  it('is ready, and reports nothing about the cluster until it leads', async () => {
    const [port] = await freePorts(1);
    const listen = { listen: `127.0.0.1:${port}` };
    const standby = await startOperator(stage.cp, stage.dingtalk, { metrics: listen, health: listen });
    try {
      const metrics = async () => (await fetch(`http://${listen.listen}/metrics`)).text();
      await eventually(
        'the standby to be ready',
        async () => (await fetch(`http://${listen.listen}/readyz`)).ok,
      );
      const before = await metrics();
      expect(before).toMatch(/^argocd_dingtalk_leader 0$/m);
      expect(before).not.toMatch(
        /^argocd_dingtalk_(resources|target_bytes|signatures|statuses_pending)\b.* \d/m,
      );
      await stage.stopOperator();
      const after = await eventually('the standby to lead', async () => {
        const text = await metrics();
        return /^argocd_dingtalk_leader 1$/m.test(text) && text;
      });
      expect(after).toMatch(/^argocd_dingtalk_resources\{kind="DingTalkRobot",ready="True"\} 1$/m);
    } finally {
      await standby.stop();
    }
  });
});

describe('an operator that may not read a collection', () => {
  it('is not ready, and names the right that is missing', async () => {
    const [port] = await freePorts(1);
    const listen = { listen: `127.0.0.1:${port}` };
    await stage.cp.kubectl(['delete', 'clusterrolebinding', 'argocd-dingtalk-operator.argocd']);
    // It is up once it has listed everything.
    const starting = stage.restartOperator({ metrics: listen, health: listen });
    try {
      const text = await eventually('the missing right to be named', async () => {
        const answer = await (await fetch(`http://${listen.listen}/readyz`)).text();
        return answer.includes('cannot list') && answer;
      });
      expect(text).toMatch(/^\[-\]robots: the operator cannot list dingtalkrobots/m);
      expect(await (await fetch(`http://${listen.listen}/metrics`)).text()).toMatch(
        /^argocd_dingtalk_cache_missing_right\{cache="robots"\} 1$/m,
      );
    } finally {
      await installOperator(stage.cp);
      await starting;
    }
    await eventually('it to be ready', async () => (await fetch(`http://${listen.listen}/readyz`)).ok);
  });
});

describe('an operator whose clock is wrong', () => {
  it('reports it by an event on the ConfigMap and by a metric, and stays ready', async () => {
    const [port] = await freePorts(1);
    const listen = { listen: `127.0.0.1:${port}` };
    const file = join(stage.cp.dir, 'clock');
    await writeFile(file, `${-5 * 60_000}`);
    const preload = `--import=${new URL('../support/shifted-clock.ts', import.meta.url).href}`;
    await stage.restartOperator(
      { metrics: listen, health: listen },
      { NODE_OPTIONS: preload, SHIFTED_CLOCK_FILE: file },
    );
    const events = async () => {
      const list = JSON.parse(
        await stage.cp.kubectl(['get', 'events.v1.events.k8s.io', '-n', ARGOCD, '-o', 'json']),
      );
      return (list.items as KubernetesEvent[]).filter(({ reason }) => reason === 'ClockSkew');
    };
    // An operator that was killed has left its Lease, which lasts for 15 s.
    const [event] = await eventually(
      'the event',
      async () => {
        const found = await events();
        return found.length > 0 && found;
      },
      { timeoutMs: 40_000 },
    );
    expect(event).toMatchObject({ type: 'Warning', regarding: { kind: 'ConfigMap' } });
    expect(event?.note).toMatch(
      /^The clock of the operator's node is (299|300|301) s behind the clock of the API server\./,
    );
    const metrics = await (await fetch(`http://${listen.listen}/metrics`)).text();
    expect(Number(/^argocd_dingtalk_clock_skew_seconds (\S+)$/m.exec(metrics)?.[1])).toBeCloseTo(300, -1);
    expect((await fetch(`http://${listen.listen}/readyz`)).status).toBe(200);
  });
});

interface KubernetesEvent {
  readonly reason: string;
  readonly type: string;
  readonly note: string;
  readonly regarding: { readonly kind: string };
}

describe('an operator without its engine', () => {
  it('is alive and not ready, and the answer names the cause', async () => {
    const [port] = await freePorts(1);
    const listen = { listen: `127.0.0.1:${port}` };
    await stage.restartOperator(
      { metrics: listen, health: listen },
      { ARGOCD_DINGTALK_ENGINE: '/no/such/engine' },
    );
    const at = `http://${listen.listen}`;
    const text = await eventually('the engine to be missed', async () => {
      const ready = await fetch(`${at}/readyz`);
      return ready.status === 503 && ready.text();
    });
    expect(text).toMatch(/\[-\]engine: the engine did not start: .*ENOENT.*\nreadyz check failed/);
    expect((await fetch(`${at}/livez`)).status).toBe(200);
    const metrics = await (await fetch(`${at}/metrics`)).text();
    expect(metrics).toMatch(/^argocd_dingtalk_engine_available 0$/m);
    expect(metrics).toMatch(/^argocd_dingtalk_ready 0$/m);
  });
});
