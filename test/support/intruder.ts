import type { ApplicationSubscription } from '../../operator/api/kinds.ts';

/** What a team could write to hear of other teams' applications, or to speak in their groups. */

export const INTRUDER = 'team-a';
export const VICTIM = 'team-b';

/** A cluster that Argo CD deploys to and does not run in; namespaces there have the names of others' here. */
export const OTHER_CLUSTER = 'https://other.example.com';

/** The label that all Applications of the test have, and the project. */
export const LABEL = { tier: 'gold' };
export const PROJECT = 'bravo';

type Criteria = ApplicationSubscription['spec']['applications'];

/** Criteria that are allowed, and that the victim's Applications meet. */
export const WIDE_CRITERIA: Readonly<Record<string, Criteria>> = {
  all: { all: true },
  projects: { projects: [PROJECT] },
  names: { names: ['*'] },
  labels: { selector: { matchLabels: LABEL, matchExpressions: [{ key: 'no', operator: 'DoesNotExist' }] } },
  namespaces: { namespaces: ['argocd', VICTIM, INTRUDER] },
  destinations: { destinationNamespaces: [VICTIM, INTRUDER] },
  clusters: { clusters: ['in-cluster', OTHER_CLUSTER, 'other'] },
  everything: {
    projects: [PROJECT],
    names: ['*-*'],
    namespaces: ['argocd', VICTIM, INTRUDER],
    destinationNamespaces: [VICTIM, INTRUDER],
    clusters: ['https://kubernetes.default.svc', OTHER_CLUSTER],
    selector: { matchLabels: LABEL },
  },
};

/** Conditions that are true of every Application, by fair means: the operator takes them, and they stay in the fence. */
export const TRUE_CONDITIONS: Readonly<Record<string, string>> = {
  always: 'true',
  or: `app.metadata?.namespace == '${VICTIM}' or true`,
  bars: 'false || true',
  'line-comment': 'true //',
  'block-comment': 'true /* ) or ( */',
  'line-after-comment': 'true // (\n or true',
  'quoted-parenthesis': "true or ') or (' != ''",
  'backticks-in-quotes': "true or '`) or (`' != ''",
  lambda: 'any([true], {#})',
  if: 'if true { true } else { false }',
};

/** Conditions that try to get out of the place that they are put in. */
export const ESCAPES: Readonly<Record<string, string>> = {
  'hash-comment': 'true # and nothing more',
  'open-block-comment': 'true /*',
  'comment-end': 'true */ or true /*',
  parentheses: 'true) or (true',
  'more-parentheses': 'true)) or ((true',
  'parentheses-on-lines': 'true\n) or (true\n',
  'carriage-return': 'true\r) or (true',
  'line-separator': 'true\u2028) or (true',
  'comment-then-parenthesis': 'true // (\n) or (true',
  closing: 'true)',
  opening: '(true',
  brackets: 'true] or [true',
  braces: 'true} or {true',
  quote: "true or '",
  'double-quote': 'true or "',
  backtick: 'true or `',
  backslash: "true or '\\",
  'escaped-quote': "true or 'a\\'",
  'quote-on-lines': "true or '\n') or ('",
  pipe: "true | string() == 'true'",
  'pipe-to-nothing': 'true |',
  semicolon: 'true; true',
  comma: 'true, true',
  'let-app': `let app = {metadata: {namespace: '${INTRUDER}'}}; true`,
  'let-metadata': 'let metadata = 1; true',
  'let-then-parenthesis': 'let x = true; x) or (x',
  'lambda-shadows': `any([{'metadata': {'namespace': '${INTRUDER}'}}], {.metadata.namespace == '${INTRUDER}'})`,
  'lambda-let': 'any([true], {let app = 1; true})',
  assignment: `app.metadata.namespace = '${INTRUDER}'`,
  environment: '$env.app.metadata.name != nil',
  'environment-by-text': "$env['app'].metadata.name != nil",
  secrets: 'secrets != nil',
};

const TIME = 'app.metadata?.creationTimestamp';

/** The same in the other two expressions of an event; eventTime becomes part of the condition, too. */
export const TIME_ESCAPES: Readonly<
  Record<string, { readonly oncePer?: string; readonly eventTime?: string }>
> = {
  parentheses: { eventTime: `${TIME}) != nil or (true` },
  'parentheses-on-lines': { eventTime: `${TIME} // \n) != nil or (${TIME}` },
  'block-comment': { eventTime: `${TIME} /*` },
  quote: { eventTime: `${TIME} + '` },
  environment: { eventTime: '$env.app.metadata.creationTimestamp' },
  'once-per': { oncePer: 'app.metadata.name) or (true' },
  'once-per-let': { oncePer: `let app = {metadata: {namespace: '${INTRUDER}'}}; app.metadata.namespace` },
};

const SUBSCRIBE = 'notifications.argoproj.io';
const trigger = (namespace: string, subscription: string) => `dt_${namespace}_${subscription}_on-sync-failed`;
const service = (namespace: string, robot: string) => `dt_${namespace}_${robot}`;

/**
 * Annotations that combine what is the intruder's with what is the victim's. The keys are free to whoever may write an
 * Application; those of an AppProject are not, and are tried all the same.
 */
export const ANNOTATIONS = {
  /** Of an Application of the intruder's. */
  application: {
    [`${SUBSCRIBE}/subscribe.${trigger(INTRUDER, 'route-a')}.${service(VICTIM, 'b')}`]: '',
    [`${SUBSCRIBE}/subscriptions`]: [
      `- trigger: [${trigger(INTRUDER, 'route-b')}]`,
      `  destinations: [{ service: ${service(VICTIM, 'b')}, recipients: [''] }]`,
    ].join('\n'),
    [`${SUBSCRIBE}/subscribe.${trigger(VICTIM, 'b')}.${service(INTRUDER, 'side')}`]: '',
    [`${SUBSCRIBE}/subscribe.${service(VICTIM, 'b')}`]: '',
  },
  /** Of the AppProject that both are in. */
  project: {
    [`${SUBSCRIBE}/subscribe.${trigger(INTRUDER, 'route-c')}.${service(VICTIM, 'b')}`]: '',
    [`${SUBSCRIBE}/subscribe.${trigger(VICTIM, 'b')}.${service(INTRUDER, 'by-project')}`]: '',
  },
  /** What would be a grant on an AppProject, where everybody may write it. */
  grants: { 'argocd-dingtalk.io/namespaces': `${INTRUDER},*` },
} as const;

/** The intruder's subscriptions that the annotations name. */
export const ROUTES = ['route-a', 'route-b', 'route-c'] as const;
/** The intruder's robots that they name. */
export const SIDES = ['side', 'by-project'] as const;
