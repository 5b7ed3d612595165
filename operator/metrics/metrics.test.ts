import { readFileSync } from 'node:fs';
import type { Gauge } from 'prom-client';
import { expect, it } from 'vitest';
import { OPERATOR_VERSION } from '../api/version.ts';
import { ConflictError, RequestError } from '../kubernetes/api-error.ts';
import { createMetrics, type MetricSources } from './metrics.ts';
import { createRelayMetrics } from './relay-metrics.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const SOURCES: MetricSources = {
  cluster: () => ({
    resources: [{ kind: 'DingTalkRobot', ready: 'False', count: 2 }],
    notReady: [{ kind: 'DingTalkRobot', reason: 'TokenUnknown', count: 2 }],
    objects: [{ object: 'ConfigMap', bytes: 900, budgetBytes: 1_000, keys: 3 }],
    signatures: { signed: 4, overdue: 1, earliestEnd: 1_800_000_000_500 },
    credentials: { found: 5 },
  }),
  caches: () => [
    { name: 'robots', synced: true, ageMs: 1_500, lists: 2, failures: 1 },
    { name: 'secret', synced: false, ageMs: undefined, missingRight: 'no right', lists: 0, failures: 3 },
  ],
  clockSkewMs: () => -90_000,
  isReady: () => true,
  isRunWaiting: () => true,
  isEngineAvailable: () => false,
};

it('have the figures of the moment in which they are scraped', async () => {
  const metrics = createMetrics();
  metrics.attach(SOURCES);
  metrics.leads(true);
  metrics.targetWriteFailed(new ConflictError('PATCH /x', 409, {}));
  metrics.targetWriteFailed(new RequestError('PATCH /x: no answer'));
  metrics.apiRequested('GET', undefined);
  await metrics.scrape();
  const lines = (await metrics.scrape()).text.split('\n');
  for (const line of [
    'argocd_dingtalk_leader 1',
    'argocd_dingtalk_ready 1',
    `argocd_dingtalk_build_info{version="${OPERATOR_VERSION}"} 1`,
    'argocd_dingtalk_run_waiting 1',
    'argocd_dingtalk_engine_available 0',
    'argocd_dingtalk_clock_skew_seconds -90',
    'argocd_dingtalk_cache_age_seconds{cache="robots"} 1.5',
    'argocd_dingtalk_cache_missing_right{cache="robots"} 0',
    'argocd_dingtalk_cache_missing_right{cache="secret"} 1',
    // A second scrape does not count twice.
    'argocd_dingtalk_cache_lists_total{cache="robots"} 2',
    'argocd_dingtalk_resources{kind="DingTalkRobot",ready="False"} 2',
    'argocd_dingtalk_resources_not_ready{kind="DingTalkRobot",reason="TokenUnknown"} 2',
    'argocd_dingtalk_target_bytes{object="ConfigMap"} 900',
    'argocd_dingtalk_target_budget_bytes{object="ConfigMap"} 1000',
    'argocd_dingtalk_signature_expiry_timestamp_seconds 1800000000.5',
    'argocd_dingtalk_signatures{state="overdue"} 1',
    'argocd_dingtalk_credential_secrets{state="found"} 5',
    'argocd_dingtalk_target_write_failures_total{cause="conflict"} 1',
    'argocd_dingtalk_target_write_failures_total{cause="unanswered"} 1',
    'argocd_dingtalk_api_requests_total{verb="GET",code="none"} 1',
  ])
    expect(lines).toContain(line);
  expect(lines.some((line) => line.startsWith('argocd_dingtalk_cache_age_seconds{cache="secret"}'))).toBe(
    false,
  );
});

it('of the cluster are there only while the replica leads', async () => {
  const metrics = createMetrics();
  metrics.attach(SOURCES);
  const setAll = () => {
    metrics.foreignKeysBroken(1);
    metrics.resourceFaults(1);
    metrics.resourcesOfOthers(1);
    metrics.statusesPending(1);
    metrics.giteeHooks({ kept: 1, failing: 0, leaving: 0 });
    metrics.targetContested('ConfigMap', true);
  };
  const present = async () => {
    const { text } = await metrics.scrape();
    return ofLeader.filter((name) => new RegExp(`^${name}[ {]`, 'm').test(text));
  };
  setAll();
  expect(await present()).toEqual([]);
  metrics.leads(true);
  setAll();
  expect(await present()).toEqual(ofLeader);
  metrics.leads(false);
  expect(await present()).toEqual([]);
  // A run that ends after the end of the term.
  setAll();
  expect(await present()).toEqual([]);
});

/** A row of docs/metrics.md. */
const ROW = /^\| `(argocd_dingtalk_\w+)` \| (\w+) \| (.*?) \| (.*) \|$/gm;
const [ofEach = '', ofTheLeader = '', ofTheRelay = ''] = read('docs/metrics.md').split(
  /\n## Of the (?:leader|relay)\n/,
);
const rowsIn = (text: string) =>
  [...text.matchAll(ROW)].map(([, name = '', type = '', labels = '', help = '']) => ({
    name,
    type,
    labels: labels.replaceAll('`', '').trim(),
    help,
  }));
const ofLeader = rowsIn(ofTheLeader).map(({ name }) => name);

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

/** The metrics of a registry, as rows. */
const rowsOf = ({ registry }: Pick<ReturnType<typeof createMetrics>, 'registry'>) =>
  (registry.getMetricsAsArray() as unknown as Definition[])
    .filter(({ name }) => name.startsWith('argocd_dingtalk_'))
    .map(({ name, type, labelNames, help }) => ({ name, type, labels: labelNames.join(', '), help }))
    .sort(byName);

it('are all listed in docs/metrics.md, with type, labels and meaning, and no others', () => {
  expect(rowsIn(ofEach + ofTheLeader).sort(byName)).toEqual(rowsOf(createMetrics()));
});

it('of the relay are listed there, too, beside those that it shares with the operator', () => {
  const shared = /^argocd_dingtalk_(build_info|ready|clock_skew_seconds|(engine|api|cache)_\w+)$/;
  const ofTheOperator = rowsIn(ofEach).filter(({ name }) => shared.test(name));
  expect([...ofTheOperator, ...rowsIn(ofTheRelay)].sort(byName)).toEqual(rowsOf(createRelayMetrics()));
});

/** The parts of a metric of the library, which its types hide. */
type Definition = Gauge & { name: string; type: string; labelNames: string[]; help: string };

it('have the version of the package', () => {
  expect(OPERATOR_VERSION).toBe(JSON.parse(read('package.json')).version);
});

it('forget a cache that there is no more, such as the watch of Secrets once another replica leads', async () => {
  const metrics = createMetrics();
  const credentials = {
    name: 'credentials',
    synced: false,
    ageMs: 9,
    missingRight: 'x',
    lists: 1,
    failures: 1,
  };
  let caches: ReturnType<MetricSources['caches']> = [credentials];
  metrics.attach({ ...SOURCES, caches: () => caches });
  expect((await metrics.scrape()).text).toContain('argocd_dingtalk_cache_synced{cache="credentials"} 0');
  caches = [];
  expect((await metrics.scrape()).text).not.toContain('credentials"');
});
