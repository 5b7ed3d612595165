import { type Sample, samplesIn, seriesText } from './scrape.ts';

/** A state of the operator or the relay in which an alert fires, as changes of the series of healthy ones. */
export interface AlertCase {
  readonly alert: string;
  /**
   * Values by series, in promtool's notation, one a minute. The labels select series of the scrapes: without a job those of the
   * operator, or of the relay if only the relay has the metric.
   */
  readonly changes: Readonly<Record<string, string>>;
  /** Series that a healthy operator does not have. The labels are those of the operator unless given. */
  readonly added?: Readonly<Record<string, string>>;
  /** Alerts that fire for the same cause. */
  readonly also?: readonly string[];
}

const MINUTES = 90;
const always = (value: number): string => `${value}+0x${MINUTES}`;
const growing = (perMinute: number): string => `0+${perMinute}x${MINUTES}`;
const NEVER = `_x${MINUTES}`;

/** A case for each alert rule. */
export const ALERT_CASES: readonly AlertCase[] = [
  { alert: 'Absent', changes: { 'argocd_dingtalk_leader{}': NEVER } },
  { alert: 'NoLeader', changes: { 'argocd_dingtalk_leader{}': always(0) } },
  {
    alert: 'SeveralLeaders',
    changes: {},
    added: { 'argocd_dingtalk_leader{instance="b"}': always(1) },
  },
  { alert: 'NoReadyReplica', changes: { 'argocd_dingtalk_ready{}': always(0) } },
  { alert: 'CacheStale', changes: { 'argocd_dingtalk_cache_age_seconds{cache="robots"}': growing(60) } },
  {
    alert: 'MissingRight',
    changes: {
      'argocd_dingtalk_cache_missing_right{cache="secret"}': always(1),
      'argocd_dingtalk_cache_synced{cache="secret"}': always(0),
    },
  },
  { alert: 'EngineUnavailable', changes: { 'argocd_dingtalk_engine_available{}': always(0) } },
  {
    alert: 'EngineKilledOften',
    changes: { 'argocd_dingtalk_engine_ends_total{cause="memory"}': growing(0.3) },
  },
  { alert: 'GiteeHooksFail', changes: { 'argocd_dingtalk_gitee_hooks{state="failing"}': always(1) } },
  { alert: 'SignaturesOverdue', changes: { 'argocd_dingtalk_signatures{state="overdue"}': always(1) } },
  {
    alert: 'SignatureExpiring',
    changes: {
      'argocd_dingtalk_signature_expiry_timestamp_seconds{}': always(70 * 60),
      'argocd_dingtalk_signatures{state="overdue"}': always(1),
    },
    also: ['SignaturesOverdue'],
  },
  {
    alert: 'TargetContested',
    changes: { 'argocd_dingtalk_target_contested{object="ConfigMap"}': always(1) },
  },
  { alert: 'ForeignKeyBroken', changes: { 'argocd_dingtalk_foreign_keys_broken{}': always(2) } },
  {
    alert: 'TargetNearlyFull',
    changes: { 'argocd_dingtalk_target_bytes{object="ConfigMap"}': always(900_001) },
  },
  {
    alert: 'WritesFail',
    changes: { 'argocd_dingtalk_target_write_failures_total{cause="refused"}': growing(2) },
  },
  { alert: 'RunsFail', changes: { 'argocd_dingtalk_run_seconds_count{result="failed"}': growing(2) } },
  { alert: 'StatusesStuck', changes: { 'argocd_dingtalk_statuses_pending{}': always(3) } },
  {
    alert: 'ResourcesNotReady',
    changes: {},
    added: {
      'argocd_dingtalk_resources_not_ready{kind="DingTalkRobot",reason="TokenUnknown"}': always(1),
    },
  },
  { alert: 'ClockSkew', changes: { 'argocd_dingtalk_clock_skew_seconds{}': always(-61) } },
  { alert: 'ResourceFaults', changes: { 'argocd_dingtalk_resource_faults{}': always(1) } },
  {
    alert: 'InstallationsOverlap',
    changes: { 'argocd_dingtalk_resources_of_other_installations{}': always(3) },
  },
  {
    alert: 'TestMessagesFail',
    changes: { 'argocd_dingtalk_test_messages_total{result="retry"}': growing(1) },
  },
  { alert: 'RelayAbsent', changes: { 'argocd_dingtalk_relay_routes{}': NEVER } },
  {
    alert: 'RelayNotReady',
    changes: { 'argocd_dingtalk_ready{job="argocd-dingtalk-relay-metrics"}': always(0) },
  },
  {
    alert: 'RelayUnavailable',
    changes: { 'argocd_dingtalk_relay_requests_total{answer="503"}': growing(2) },
  },
  {
    alert: 'RelayCapabilityRefused',
    changes: { 'argocd_dingtalk_relay_requests_total{answer="401"}': growing(1) },
  },
  {
    alert: 'RelayGiteeUnavailable',
    changes: { 'argocd_dingtalk_relay_gitee_requests_total{answer="503"}': growing(1) },
  },
  {
    alert: 'RelayGiteeRefused',
    changes: { 'argocd_dingtalk_relay_gitee_requests_total{answer="401"}': growing(0.1) },
  },
  { alert: 'RelayQueueOld', changes: { 'argocd_dingtalk_relay_queue_oldest_seconds{}': growing(60) } },
  {
    alert: 'RelayDeadLetters',
    changes: { 'argocd_dingtalk_relay_messages_total{result="dead"}': growing(0.1) },
  },
  {
    alert: 'RelayRobotsRefused',
    changes: { 'argocd_dingtalk_relay_deliveries_total{reason="TokenUnknown"}': growing(0.1) },
  },
];

/** States that are not worth an alert. */
export const QUIET_CASES: Readonly<Record<string, Pick<AlertCase, 'changes' | 'added'>>> = {
  'the healthy operator': { changes: {} },
  'conflicts with other writers': {
    changes: { 'argocd_dingtalk_target_write_failures_total{cause="conflict"}': growing(10) },
  },
  'suspended resources': {
    changes: {},
    added: { 'argocd_dingtalk_resources_not_ready{kind="DingTalkRobot",reason="Suspended"}': always(5) },
  },
  'a short renewal interval left': {
    changes: { 'argocd_dingtalk_signature_expiry_timestamp_seconds{}': `600+60x${MINUTES}` },
  },
  'some failed runs and test messages among good ones': {
    changes: {
      'argocd_dingtalk_run_seconds_count{result="failed"}': growing(2),
      'argocd_dingtalk_run_seconds_count{result="done"}': growing(1),
      'argocd_dingtalk_test_messages_total{result="final"}': growing(1),
      'argocd_dingtalk_test_messages_total{result="ok"}': growing(1),
    },
  },
  'one robot that DingTalk refuses every ten minutes': {
    changes: { 'argocd_dingtalk_test_messages_total{result="final"}': growing(0.1) },
  },
  'strangers at the door for Gitee, which takes posts of hooks': {
    changes: {
      'argocd_dingtalk_relay_gitee_requests_total{answer="401"}': growing(100),
      'argocd_dingtalk_relay_gitee_requests_total{answer="202"}': growing(0.1),
    },
  },
  'a relay that takes over, and a robot that is silent for ten minutes': {
    changes: {
      'argocd_dingtalk_relay_requests_total{answer="202"}': growing(100),
      'argocd_dingtalk_relay_requests_total{answer="503"}': growing(0.2),
      'argocd_dingtalk_relay_deliveries_total{reason="Throttled"}': growing(0.1),
      'argocd_dingtalk_relay_queue_oldest_seconds{}': always(600),
    },
  },
  'an engine that ends when it has nothing to do': {
    changes: { 'argocd_dingtalk_engine_ends_total{cause="idle"}': growing(3) },
  },
};

/** The labels that Prometheus adds to all series of a target: the job is the name of the Service. */
const TARGET = { namespace: 'argocd', job: 'argocd-dingtalk-operator-metrics', instance: 'a' };
const RELAY_TARGET = { namespace: 'argocd', job: 'argocd-dingtalk-relay-metrics', instance: 'relay' };

/** The metrics of a healthy operator and a healthy relay. */
export interface HealthyScrapes {
  readonly operator: string;
  readonly relay: string;
  /** When they were scraped, in seconds since 1970; in the tests, time begins at 0. */
  readonly at: number;
}

/**
 * promtool's test file: the alerts that fire in each case after an hour, and that no others do.
 * @param expressions of the rules: only their metrics are part of the tests
 */
export function ruleTests(
  rulesFile: string,
  expressions: readonly string[],
  { operator, relay, at: now }: HealthyScrapes,
): object {
  const names = new Set(expressions.flatMap((text) => text.match(/\bargocd_dingtalk_\w+/g) ?? []));
  const scraped = [...seriesOf(operator, TARGET), ...seriesOf(relay, RELAY_TARGET)];
  const healthy = scraped.filter(({ name }) => names.has(name));
  const group = (
    name: string,
    { changes, added = {} }: Pick<AlertCase, 'changes' | 'added'>,
    firing: readonly string[],
  ) => ({
    name,
    interval: '1m',
    input_series: [...changed(healthy, changes, now), ...Object.entries(added).map(withTarget)],
    promql_expr_test: [
      {
        expr: 'group by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: '60m',
        exp_samples: firing.map((alert) => ({
          labels: `{alertname="ArgoCDDingTalk${alert}"}`,
          value: 1,
        })),
      },
    ],
  });
  return {
    rule_files: [rulesFile],
    evaluation_interval: '1m',
    tests: [
      ...ALERT_CASES.map((each) => group(each.alert, each, [each.alert, ...(each.also ?? [])])),
      ...Object.entries(QUIET_CASES).map(([name, each]) => group(name, each, [])),
    ],
  };
}

const seriesOf = (scrape: string, target: Sample['labels']): Sample[] =>
  samplesIn(scrape).map((sample) => ({ ...sample, labels: { ...target, ...sample.labels } }));

function withTarget([series, values]: readonly [string, string]) {
  const [{ name, labels }] = samplesIn(`${series} 0`) as [Sample];
  return { series: seriesText({ name, labels: { ...TARGET, ...labels } }), values };
}

/** @throws Error if a change is about a series that is not in the scrapes */
function changed(healthy: readonly Sample[], changes: AlertCase['changes'], now: number) {
  const wanted = Object.entries(changes).map(([series, values]) => ({
    selector: samplesIn(`${series} 0`)[0] as Sample,
    values,
  }));
  const isMeant = (sample: Sample, { name, labels }: Sample): boolean =>
    sample.name === name &&
    Object.entries({ job: usualJob(name), ...labels }).every(
      ([label, value]) => new Map(Object.entries(sample.labels)).get(label) === value,
    );
  for (const { selector } of wanted)
    if (!healthy.some((sample) => isMeant(sample, selector)))
      throw new Error(`a healthy operator and a healthy relay have no ${seriesText(selector)}`);
  return healthy.map((sample) => ({
    series: seriesText(sample),
    values: wanted.find(({ selector }) => isMeant(sample, selector))?.values ?? steady(sample, now),
  }));
}

const usualJob = (name: string): string =>
  (name.startsWith('argocd_dingtalk_relay_') ? RELAY_TARGET : TARGET).job;

/** A healthy operator renews signatures, so their end always stays as far away. */
const steady = ({ name, value }: Sample, now: number): string =>
  name.endsWith('_timestamp_seconds') ? `${value - now}+60x${MINUTES}` : always(value);
