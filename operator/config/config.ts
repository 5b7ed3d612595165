/**
 * The operator's configuration: its fields, defaults and bounds. config-file.ts reads it from a file, and says where in the file a
 * mistake is.
 */

import * as z from 'zod';
import { NAMESPACE_PATTERN } from '../api/names.ts';
import { IN_CLUSTER } from '../argocd/in-cluster.ts';
import { own } from '../lib/own.ts';
import { isTimeZone } from '../lib/time-zone.ts';

const duration = (min: string, max: string) =>
  z.string().transform((text, context) => {
    const ms = parseDuration(text);
    const [low, high] = [parseDuration(min) as number, parseDuration(max) as number];
    if (ms !== undefined && ms >= low && ms <= high) return ms;
    context.addIssue({
      code: 'custom',
      message: `expected a duration from ${min} to ${max}, such as 90s, 20m or 24h; got ${JSON.stringify(text)}`,
    });
    return z.NEVER;
  });

const dnsLabel = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'expected a Kubernetes name: lower case letters, digits and -',
  );
const objectName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'expected a Kubernetes object name');
const globPattern = z
  .string()
  .regex(/^[A-Za-z0-9.*?_-]{1,253}$/, 'expected a name; the wildcards * and ? are allowed');
const namespacePattern = z
  .string()
  .regex(NAMESPACE_PATTERN, 'expected a namespace; the wildcards * and ? are allowed');
const cluster = z
  .string()
  .regex(/^[!-~]{1,253}$/, 'expected the name or server URL of a cluster, as Argo CD lists it')
  .refine(
    (text) => !(Object.values(IN_CLUSTER) as string[]).includes(text),
    "Argo CD's own cluster always counts for every namespace: remove the entry",
  );
const host = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?$/,
    'expected HOST or HOST:PORT, without https:// and path',
  );

const listenAddress = z
  .string()
  .regex(/^([\w.-]+|\[[\da-fA-F:.]+\]):\d{1,5}$/, 'expected ADDRESS:PORT, such as 0.0.0.0:9090 or [::]:9090')
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, 'expected a port up to 65535');

const argocdUrl = z
  .string()
  .regex(/^https?:\/\/[^\s"'<>\\]+$/, 'expected an http:// or https:// URL')
  .optional();

/** Gitee shows it to whoever administrates a repository. */
const publicUrl = z
  .string()
  .regex(
    /^https:\/\/[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?(:\d{1,5})?(\/[\w.~-]+)*\/?$/,
    'expected an https:// URL without credentials and query, such as https://HOOKS.EXAMPLE.COM',
  )
  .optional();

const filePath = z.string().min(1, 'expected the path of a file');

/** A URL that a log may have, since credentials are no part of it. */
const plainUrl = (example: string) =>
  z
    .string()
    .regex(
      /^https?:\/\/([\w.-]+|\[[\da-fA-F:.]+\])(:\d{1,5})?(\/[\w.~-]+)*\/?$/,
      `expected an http:// or https:// URL without credentials and query, such as ${example}`,
    );

/** The engine would expand a `$`. Argo CD's controller writes URLs to its log. */
const relayUrl = plainUrl('http://HOST:8080').optional();

const argocdApi = z
  .strictObject({
    url: plainUrl('https://argocd-server.argocd.svc'),
    tokenFile: filePath.optional(),
    caFile: filePath.optional(),
  })
  .optional();

const timeZone = z
  .string()
  .refine(isTimeZone, 'expected the IANA name of a time zone, such as Asia/Shanghai or UTC');

const labelKey = z
  .string()
  .regex(
    /^([a-z0-9][-a-z0-9.]{0,252}\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    'expected a label key',
  );
const labelValue = z
  .string()
  .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/, 'expected a label value');
const labelRequirement = z.discriminatedUnion('operator', [
  z.strictObject({
    key: labelKey,
    operator: z.enum(['In', 'NotIn']),
    values: z.array(labelValue).min(1),
  }),
  z.strictObject({ key: labelKey, operator: z.enum(['Exists', 'DoesNotExist']) }),
]);

/** zod builds a missing section from `{}`, so each field's own default counts. */
const section = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape).prefault({} as never);

/**
 * The operator's configuration file; samples/config.yaml explains each field. Unknown fields are refused, since a
 * misspelt grant or limit that is silently ignored would be worse than no start. Durations come out as milliseconds.
 */
export const operatorConfigurationSchema = z
  .strictObject({
    apiVersion: z.literal('config.argocd-dingtalk.io/v1alpha1'),
    kind: z.literal('OperatorConfiguration'),
    target: section({
      namespace: dnsLabel.default('argocd'),
      configMap: objectName.default('argocd-notifications-cm'),
      secret: objectName.default('argocd-notifications-secret'),
    }),
    argocd: section({ url: argocdUrl, configMap: objectName.default('argocd-cm'), api: argocdApi }),
    tenancy: section({
      mode: z.enum(['strict', 'open']).default('strict'),
      namespaceSelector: section({
        matchLabels: z.record(labelKey, labelValue).default({}),
        matchExpressions: z.array(labelRequirement).default([]),
      }),
      deniedNamespaces: z.array(namespacePattern).default([]),
      reportUnselected: z.boolean().default(false),
      projects: z.record(globPattern, z.array(namespacePattern)).default({}),
      destinations: z.enum(['Trusted', 'Ignored']).default('Trusted'),
      clusters: z.record(cluster, z.array(namespacePattern)).default({}),
      trustedNamespaces: z.array(dnsLabel).optional(),
      allowExpressions: z.boolean().default(true),
    }),
    routing: section({ projects: z.enum(['Condition', 'Annotation']).default('Condition') }),
    dingtalk: section({
      endpoint: z
        .string()
        .regex(/^https:\/\/[^\s/?#@]+\/robot\/send$/, 'expected https://HOST/robot/send')
        .default('https://oapi.dingtalk.com/robot/send'),
      allowedHosts: z.array(host).min(1).default(['oapi.dingtalk.com', 'oapi.dingtalk.io']),
      caFile: filePath.optional(),
    }),
    robots: section({
      locale: z.enum(['en', 'zh-CN']).default('en'),
      timeZone: timeZone.default('UTC'),
      verify: z.enum(['OnChange', 'Never']).default('OnChange'),
      delivery: z.enum(['Direct', 'Relay']).default('Direct'),
    }),
    relay: section({
      url: relayUrl,
      listen: listenAddress.default('0.0.0.0:8090'),
      store: z
        .union([
          z.strictObject({ sqlite: filePath }),
          z.strictObject({ postgres: z.strictObject({ urlFile: filePath }) }),
        ])
        .default({ sqlite: '/var/lib/argocd-dingtalk/relay.db' }),
    }),
    gitee: section({
      publicURL: publicUrl,
      hosts: z.array(host).default(['gitee.com', 'gitee.ru']),
      caFile: filePath.optional(),
      checkInterval: duration('1s', '1h').prefault('45s'),
      giveUpAfter: duration('1s', '1h').prefault('4m'),
    }),
    signing: section({ renewAfter: duration('1s', '50m').prefault('20m') }),
    credentials: section({
      rereadInterval: duration('1s', '1h').prefault('5m'),
      watch: section({
        matchLabels: z.record(labelKey, labelValue).default({}),
        namespaces: z.array(namespacePattern).default([]),
      }),
    }),
    limits: section({
      maxEventAge: duration('1m', '168h').prefault('24h'),
      configMapBytes: z.int().min(1_000).default(1_000_000),
      secretBytes: z.int().min(1_000).default(1_000_000),
      perNamespace: section({
        subscriptions: z.int().min(0).default(100),
        keys: z.int().min(0).default(500),
        bytes: z.int().min(0).default(200_000),
        resources: z.int().min(0).default(500),
        specBytes: z.int().min(0).default(500_000),
        messages: z.int().min(0).default(600),
        questions: z.int().min(0).default(1_000),
      }),
      unscopedTriggers: z.int().min(0).default(150),
      writeInterval: duration('0s', '1m').prefault('1s'),
    }),
    metrics: section({ listen: listenAddress.optional() }),
    health: section({ listen: listenAddress.optional() }),
    log: section({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info') }),
  })
  .superRefine(({ dingtalk }, context) => {
    if (dingtalk.allowedHosts.includes(new URL(dingtalk.endpoint).host)) return;
    const message =
      'the host of the endpoint is missing from dingtalk.allowedHosts, so no robot could use the endpoint';
    context.addIssue({ code: 'custom', path: ['dingtalk', 'endpoint'], message });
  })
  .superRefine(({ credentials: { watch } }, context) => {
    if (Object.keys(watch.matchLabels).length === 0 || watch.namespaces.length === 0) return;
    const message =
      'matchLabels already watches all namespaces, so namespaces has no effect: remove one of the two';
    context.addIssue({ code: 'custom', path: ['credentials', 'watch', 'namespaces'], message });
  })
  .superRefine(({ tenancy: { destinations, clusters, mode } }, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['tenancy', field], message });
    if (destinations === 'Trusted') return;
    if (Object.keys(clusters).length > 0)
      refuse(
        'clusters',
        'this field has no effect if tenancy.destinations is Ignored: remove one of the two',
      );
    if (mode === 'open')
      refuse(
        'destinations',
        'the value Ignored has no effect if tenancy.mode is open, which hides nothing: remove one of the two',
      );
  })
  .transform((file) => ({
    ...file,
    tenancy: {
      ...file.tenancy,
      trustedNamespaces: file.tenancy.trustedNamespaces ?? [file.target.namespace],
    },
  }));

/** The validated configuration with all defaults filled in. */
export type OperatorConfiguration = z.output<typeof operatorConfigurationSchema>;

/** `90s`, `20m`, `24h` or `500ms` as milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  if (!match) return undefined;
  const unit = own({ ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }, match[2] as string) as number;
  return Number(match[1]) * unit;
}

/** The same the other way round, in the largest unit that is exact: 86400000 → `24h`. */
export function formatDuration(ms: number): string {
  const units = [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const;
  const [unit, size] = (ms === 0 ? undefined : units.find(([, each]) => ms % each === 0)) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
