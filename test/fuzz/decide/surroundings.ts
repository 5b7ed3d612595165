import type { OperatorConfiguration } from '../../../operator/config/config.ts';
import type { Project, Target } from '../../../operator/core/model/snapshot.ts';
import { config, liveObject } from '../../../operator/core/testing/fixtures.ts';
import type { Labels } from '../../../operator/kubernetes/label-selector.ts';
import type { Random } from '../random.ts';
import { GOOD, GOOD_PROJECT } from './good-team.ts';
import { NAMESPACES, nastyText, PROJECTS } from './texts.ts';

/** A configuration as some installation might have it. */
export interface Installation {
  readonly config: OperatorConfiguration;
  /** Whether somebody else's newcomers may legitimately take what the good team would need for an edit. */
  readonly isShared: boolean;
}

/** The good team takes nearly all of it. */
const SMALL = {
  ...{ subscriptions: 1, keys: 10, bytes: 10_000 },
  ...{ resources: 3, specBytes: 2_000, messages: 5, questions: 15 },
};

/** The good team can be live in each of them. */
export function installation(random: Random): Installation {
  const isOpen = random.chance(0.15);
  const isTight = random.chance(0.1);
  const isSelective = random.chance(0.2);
  return {
    isShared: isOpen || isTight,
    config: config({
      tenancy: {
        mode: isOpen ? 'open' : 'strict',
        projects: {
          [GOOD_PROJECT]: [GOOD],
          ...(random.chance(0.5) && { 'x-*': ['team-*'], default: ['*'] }),
        },
        ...(random.chance(0.2) && { clusters: { edge: ['*'], 'c-*': [NAMESPACES[0]] } }),
        ...(random.chance(0.2) && { allowExpressions: false }),
        ...(random.chance(0.3) && { trustedNamespaces: ['argocd', 'team-a', 'constructor'] }),
        ...(random.chance(0.1) && { deniedNamespaces: ['team-b', '*y'] }),
        ...(isSelective && {
          namespaceSelector: { matchLabels: { notify: 'yes' } },
          reportUnselected: random.chance(0.5),
        }),
      },
      routing: { projects: random.chance(0.25) ? 'Annotation' : 'Condition' },
      robots: random.pick([{}, { locale: 'zh-CN', timeZone: 'Asia/Shanghai', verify: 'Never' }]),
      ...(random.chance(0.6) && { relay: { url: 'http://relay:8080' } }),
      ...(random.chance(0.6) && { gitee: { publicURL: 'https://hooks.example.com' } }),
      signing: { renewAfter: random.pick(['20m', '2s', '50m']) },
      limits: {
        configMapBytes: isTight ? 60_000 : 100_000_000,
        secretBytes: isTight ? 5_000 : 100_000_000,
        perNamespace: random.pick([{}, SMALL]),
        unscopedTriggers: 1_000_000,
        maxEventAge: random.pick(['24h', '1m']),
      },
      ...(random.chance(0.3) && { argocd: {} }),
    }),
  };
}

/** Labels by namespace; some are not known yet. */
export function namespaces(random: Random): Map<string, Labels | 'unseen'> {
  const others = NAMESPACES.filter(() => random.chance(0.9)).map((name): [string, Labels | 'unseen'] => [
    name,
    random.pick<Labels | 'unseen'>([
      {},
      { notify: 'yes' },
      { notify: 'no' },
      Object.fromEntries([['__proto__', 'yes']]),
      'unseen',
    ]),
  ]);
  return new Map([...others, [GOOD, { notify: 'yes' }]]);
}

/**
 * The AppProjects and how the admin shares them. The good team's own is its alone, and it gets no other by a change: what it
 * may hear of is another condition then, and a live one gives way before the engine has seen the new one.
 */
export function projects(random: Random): Project[] {
  const grant = () =>
    random.oneOf(
      () => undefined,
      () => random.pick(['team-?', '*-x,?*y*', NAMESPACES.join(','), ' , ,,', `${'*a'.repeat(31)}*`]),
      () => nastyText(random).replaceAll('*', ''),
    );
  const others = PROJECTS.filter(() => random.chance(0.8)).map((name) => ({ name, grantedTo: grant() }));
  return [...others, { name: GOOD_PROJECT, grantedTo: random.pick([undefined, GOOD]) }];
}

/** The two objects before we came, with what others have there. */
export function target(random: Random, { routing }: OperatorConfiguration, all: readonly Project[]): Target {
  const foreign: Record<string, string> = {
    ...(random.chance(0.3) && { 'service.slack': 'token: $slack', 'template.theirs': 'message: hello' }),
    ...(random.chance(0.1) && {
      'service.webhook.dt_team-a_a': 'url: https://example.com',
      'template.broken': '{{',
    }),
    ...(random.chance(0.1) && { 'trigger.dt_x': nastyText(random), context: '- no: map' }),
    ...(random.chance(0.3) && { subscriptions: random.pick(SHARED_TEXTS) }),
  };
  const live = all.map(({ name }): [string, { resourceVersion: string }] => [name, { resourceVersion: '1' }]);
  return {
    configMap: liveObject(foreign),
    secret: liveObject(random.chance(0.3) ? { slack: 'x', 'dt_team-a_b': 'theirs' } : {}),
    ...(routing.projects === 'Annotation' && { projects: new Map(live) }),
  };
}

/** What others may have in the shared key; in the last two nobody can write. */
const SHARED_TEXTS = [
  '- recipients: [slack:ops]\n  triggers: [on-deployed]\n',
  '[{recipients: ["slack:a"], triggers: [x]}]',
  '# nothing\n',
  'not: a list',
  '- {',
];
