import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type OperatorConfiguration, operatorConfigurationSchema } from './config.ts';
import { ConfigurationError, parseConfiguration } from './config-file.ts';
import { publishedTexts, readPublished } from './published.ts';

const HEAD = { apiVersion: 'config.argocd-dingtalk.io/v1alpha1', kind: 'OperatorConfiguration' } as const;
const read = (file: object): OperatorConfiguration => operatorConfigurationSchema.parse({ ...HEAD, ...file });

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
/** Words that YAML could take for something else among them. */
const word = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
  fc.constantFrom('no', 'null', 'true', 'constructor', 'y'),
);
const pattern = fc.oneof(word, fc.constantFrom('*', 'team-*', '?', '1e3', '0x10', '2026'));
const count = fc.integer({ min: 0, max: 1e9 });
const bytes = fc.integer({ min: 1_000, max: 1e9 });
const duration = (maxSeconds: number) =>
  fc.oneof(
    fc.integer({ min: 1, max: maxSeconds }).map((s) => `${s}s`),
    fc.integer({ min: 1_000, max: maxSeconds * 1_000 }).map((ms) => `${ms}ms`),
    fc.integer({ min: 1, max: Math.max(1, Math.floor(maxSeconds / 60)) }).map((m) => `${m}m`),
  );
const grants = fc.dictionary(pattern, fc.array(pattern, { maxLength: 3 }), { maxKeys: 4 });
const requirement = fc.oneof(
  fc.record({
    key: word,
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: fc.array(word, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ key: word, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
);

/** Files with each field. */
const files: fc.Arbitrary<object> = fc
  .record({
    target: fc.record({ namespace: word, configMap: word, secret: word }),
    argocd: fc.record({
      url: maybe(fc.webUrl()),
      configMap: word,
      api: maybe(
        fc.record({ url: fc.constant('https://cd:8080/a'), tokenFile: maybe(word), caFile: maybe(word) }),
      ),
    }),
    tenancy: fc.record({
      mode: fc.constantFrom('strict', 'open'),
      namespaceSelector: fc.record({
        matchLabels: fc.dictionary(word, word, { maxKeys: 3 }),
        matchExpressions: fc.array(requirement, { maxLength: 2 }),
      }),
      deniedNamespaces: fc.array(pattern, { maxLength: 3 }),
      reportUnselected: fc.boolean(),
      projects: grants,
      destinations: fc.constantFrom('Trusted', 'Ignored'),
      clusters: grants,
      trustedNamespaces: maybe(fc.array(word, { maxLength: 3 })),
      allowExpressions: fc.boolean(),
    }),
    routing: fc.record({ projects: fc.constantFrom('Condition', 'Annotation') }),
    dingtalk: word.chain((host) =>
      fc.record({
        endpoint: fc.constant(`https://${host}/robot/send`),
        allowedHosts: fc.array(word, { maxLength: 2 }).map((others) => [...others, host]),
        caFile: maybe(word),
      }),
    ),
    robots: fc.record({
      locale: fc.constantFrom('en', 'zh-CN'),
      timeZone: fc.constantFrom('UTC', 'Asia/Shanghai'),
      verify: fc.constantFrom('OnChange', 'Never'),
      delivery: fc.constantFrom('Direct', 'Relay'),
    }),
    relay: fc.record({ url: maybe(fc.constantFrom('http://relay:8080', 'https://relay.example.com/a/')) }),
    gitee: fc.record({
      publicURL: maybe(fc.constantFrom('https://hooks.example.com', 'https://a.example.com:8443/b/')),
      hosts: fc.array(word, { maxLength: 2 }),
      caFile: maybe(word),
      checkInterval: duration(3_600),
      giveUpAfter: duration(3_600),
    }),
    signing: fc.record({ renewAfter: duration(3_000) }),
    credentials: fc.record({
      rereadInterval: duration(3_600),
      watch: fc.oneof(
        fc.record({ matchLabels: fc.constantFrom({}, { 'example.com/a': 'yes' }) }),
        fc.record({ namespaces: fc.constantFrom([], ['team', 'team-*']) }),
      ),
    }),
    limits: fc.record({
      maxEventAge: duration(3_600).filter((text) => !/^(\d|[1-5]\d)s$|^\d{1,5}ms$/.test(text)),
      configMapBytes: bytes,
      secretBytes: bytes,
      perNamespace: fc.record({
        subscriptions: count,
        keys: count,
        bytes: count,
        resources: count,
        specBytes: count,
        messages: count,
        questions: count,
      }),
      unscopedTriggers: count,
      writeInterval: fc.oneof(fc.constant('0s'), duration(60)),
    }),
    metrics: fc.record({ listen: fc.constantFrom(undefined, '0.0.0.0:9090') }),
    log: fc.record({ level: fc.constantFrom('debug', 'info') }),
  })
  .filter((file) => operatorConfigurationSchema.safeParse({ ...HEAD, ...file }).success);

/** The parts that nobody needs to know. */
function known({ dingtalk, relay, gitee, metrics: _, log: __, ...rest }: OperatorConfiguration) {
  const { caFile: ___, ...hosts } = dingtalk;
  const { caFile: ____, ...ofGitee } = gitee;
  return { ...rest, dingtalk: hosts, gitee: ofGitee, relay: relay.url };
}

describe('the published configuration', () => {
  it('is the effective one, if both parts are read', () => {
    fc.assert(
      fc.property(files, (file) => {
        const config = read(file);
        const { everybody, admins } = publishedTexts(config);
        const again = readPublished(everybody, admins);
        expect(known(again.config)).toEqual(known(config));
        expect(again.unknownFields).toEqual([]);
        expect(publishedTexts(again.config)).toEqual({ everybody, admins });
      }),
      { numRuns: 100 },
    );
  });

  it('is a configuration file, each part by itself', () => {
    const { everybody, admins } = publishedTexts(read({ tenancy: { projects: { pay: ['team'] } } }));
    expect(parseConfiguration(everybody, 'everybody').tenancy.projects).toEqual({});
    expect(parseConfiguration(admins, 'admins').tenancy.projects).toEqual({ pay: ['team'] });
  });

  it('names no project, namespace or cluster of a team to everybody', () => {
    const names = [
      'secret-a',
      'secret-b',
      'secret-c',
      'secret-d',
      'secret-e',
      'secret-f',
      'secret-g',
    ] as const;
    const [project, team, denied, label, cluster, trusted, watched] = names;
    const tenancy = {
      projects: { [project]: [team] },
      deniedNamespaces: [denied],
      namespaceSelector: { matchLabels: { [label]: label } },
      clusters: { [cluster]: [team] },
      trustedNamespaces: [trusted],
    };
    const { everybody, admins } = publishedTexts(
      read({ tenancy, credentials: { watch: { namespaces: [watched] } } }),
    );
    expect(everybody).not.toContain('secret-');
    for (const name of names) expect(admins).toContain(name);
    expect(Object.keys(parse(admins))).toEqual(['apiVersion', 'kind', 'tenancy', 'credentials']);
  });

  it('has nothing of the process itself', () => {
    const { everybody, admins } = publishedTexts(
      read({ dingtalk: { caFile: '/etc/ca.crt' }, log: { level: 'debug' }, metrics: { listen: 'a:1' } }),
    );
    expect(everybody + admins).not.toMatch(/ca\.crt|debug|a:1/);
  });

  it('is understood except for the fields that a newer operator has', () => {
    const { everybody, admins } = publishedTexts(read({ robots: { locale: 'zh-CN' } }));
    const newer = everybody.replace('robots:', 'future: {a: 1}\nrobots:\n  future: b').concat('x: 1\n');
    const { config, unknownFields } = readPublished(newer, admins);
    expect(unknownFields.toSorted()).toEqual(['future', 'robots.future', 'x']);
    expect(config.robots.locale).toBe('zh-CN');
  });

  it.each(['', 'a', '- a', 'a: [', 'apiVersion: v1\nkind: ConfigMap\n'])('is not %j', (text) => {
    expect(() => readPublished(text, undefined)).toThrow(ConfigurationError);
  });
});
