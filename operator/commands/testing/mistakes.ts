/**
 * One file for each mistake that docs/reasons.md documents and that files can show: a team's possible mistake, with the
 * word `here` in the line that the finding has to name.
 */

const head = (kind: string, name: string, namespace = 'team') =>
  `apiVersion: argocd-dingtalk.io/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec:\n`;

const secret = (name: string, data: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: ${name}, namespace: team }\nstringData:\n  ${data}\n---\n`;

const robot = (name: string, more = '', namespace = 'team') =>
  `${head('DingTalkRobot', name, namespace)}  webhook: { secretKeyRef: { name: ${name}, key: webhook } }\n${more}`;

const signed = (name: string, more = '') =>
  robot(name, `  signing:\n    secretKeyRef: { name: ${name}, key: secret }\n${more}`);

const template = (name: string, spec: string, namespace = 'team') =>
  `${head('NotificationTemplate', name, namespace)}${spec}\n`;

const subscription = (name: string, events: string, more = '', namespace = 'team') =>
  `${head('NotificationSubscription', name, namespace)}${more || '  applications: { all: true }\n'}${events}\n`;

const events = (...lines: string[]) => `  events:\n${lines.map((line) => `    - ${line}\n`).join('')}`;
const to = (name: string) => `  robots: [{ name: ${name} }]\n  applications: { all: true }\n`;
/** A subscription to a repository, which Gitee itself sends to a robot of its name unless told otherwise. */
const toGitee = (
  name: string,
  gitee: string,
  event = 'trigger: gitee-push',
  robots = `[{ name: ${name} }]`,
) =>
  subscription(
    name,
    events(event),
    `  robots: ${robots}\n  gitee:\n    repository: team/shop\n    token: { secretKeyRef: { name: gitee, key: token } }\n${gitee}`,
  );
const NATIVE = '    delivery: Native\n';
const documents = (...all: string[]) => all.join('---\n');

const TOKEN = '0123456789abcdef'.repeat(4);
const RAW_TEXT = '{"msgtype":"text","text":{"content":"{{.app.metadata.name}}"}}';

/** Files by the reason of the finding; each has its own namespace or names, so no file affects another. */
export const MISTAKES: Readonly<Record<string, string>> = {
  SchemaViolation: robot('schema', '  verify: Sometimes # here\n'),
  UnknownKind:
    'apiVersion: argocd-dingtalk.io/v1alpha1\nkind: DingTalkRobt # here\nmetadata: { name: kind, namespace: team }\n',
  UnsupportedField: robot('unsupported', '  keyword: [ops] # here\n'),
  DuplicateResource: documents(
    robot('twice'),
    'apiVersion: argocd-dingtalk.io/v1alpha1\nkind: DingTalkRobot\nmetadata:\n  name: twice # here\n  namespace: team\nspec:\n  webhook: { secretKeyRef: { name: twice, key: webhook } }\n',
  ),
  InvalidWebhook:
    secret('webhook', 'webhook: "not a token"') +
    robot('webhook').replace('  webhook: {', '  webhook: # here\n    {'),
  InvalidSigningSecret:
    secret('signing', `{ webhook: ${TOKEN}, secret: "" }`) +
    signed('signing').replace('signing:\n', 'signing: # here\n'),
  HostNotAllowed:
    secret('host', `webhook: https://oapi.dingtalk.com.evil.example/robot/send?access_token=${TOKEN}`) +
    robot('host').replace('  webhook: {', '  webhook: # here\n    {'),
  CredentialsKeyNotFound:
    secret('key', `token: ${TOKEN}`) +
    robot('key').replace(
      '{ secretKeyRef: { name: key, key: webhook } }',
      '\n    secretKeyRef:\n      name: key\n      key: webhook # here',
    ),
  PastedSignatureIgnored:
    secret(
      'pasted',
      `webhook: https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}&timestamp=1&sign=x`,
    ) + robot('pasted').replace('  webhook: {', '  webhook: # here\n    {'),
  SigningSecretUnusual:
    secret('unusual', `{ webhook: ${TOKEN}, secret: hush }`) +
    signed('unusual').replace('signing:\n', 'signing: # here\n'),
  UnknownTimeZone: robot('zone', '  timeZone: Asia/Beijing # here\n'),
  RelayNotConfigured: robot('relay', '  delivery: Relay # here\n'),
  NeedsRelay:
    secret('quiet', `webhook: ${TOKEN}`) +
    robot('quiet', '  quietHours: { from: "22:00", to: "08:00" } # here\n'),
  RawTemplateNotTrusted: template('untrusted', `  message:\n    raw: '${RAW_TEXT}' # here`),
  InvalidTemplate: template(
    'handlebars',
    '  message:\n    markdown:\n      title: Deploy\n      text: |\n        ### {{app.metadata.name}}\n        {{uper app.spec.project}} {{! here }}',
  ),
  MessageTooLong: template('long', `  message: # here\n    text:\n      content: "${'字'.repeat(6_000)}"`),
  InvalidMessage: template('nojson', '  message:\n    raw: "{{.app.metadata.name}} failed" # here', 'argocd'),
  EngineRefused: template('broken', '  message:\n    raw: "{{.app.metadata.name" # here', 'argocd'),
  TooExpensive: template(
    'endless',
    '  message:\n    raw: "{{range until 2000000000}}{{range until 2000000000}}x{{end}}{{end}}" # here',
    'argocd',
  ),
  UnknownTrigger: documents(
    robot('trigger'),
    subscription('trigger', events('trigger: on-sync-fialed # here'), to('trigger')),
  ),
  CompanionMissing: documents(
    robot('companion'),
    subscription('companion', events('trigger: on-health-recovered # here'), to('companion')),
  ),
  CriteriaTooCostly: documents(
    robot('costly'),
    subscription(
      'costly',
      events('trigger: on-deployed'),
      '  robots: [{ name: costly }]\n  applications:\n    names:\n      - pay\n      - "*a*b*c*d*" # here\n',
    ),
  ),
  ExpressionNotAllowed: documents(
    robot('expression'),
    subscription(
      'expression',
      events(
        'name: own\n      when: secrets.token != nil # here\n      eventTime: app.metadata?.creationTimestamp',
      ),
      to('expression'),
    ),
  ),
  ExpressionDiscouraged: documents(
    robot('long'),
    subscription(
      'long',
      events(
        `name: own\n      when: ${['a', 'b', 'c', 'd', 'e'].map((name) => `app.metadata?.annotations?.${name} == 'x'`).join(' or ')} # here\n      eventTime: app.metadata?.creationTimestamp`,
      ),
      to('long'),
    ),
  ),
  ConditionAlwaysFails: documents(
    robot('fails'),
    subscription(
      'fails',
      events(
        "name: own\n      when: app.spec.source.helm.values contains 'x' # here\n      eventTime: app.metadata?.creationTimestamp",
      ),
      to('fails'),
    ),
  ),
  ResourceHealthMissing: template(
    'health',
    '  message:\n    text:\n      content: "{{#each app.status.resources as |one|}}{{one.health.status}}{{/each}}" # here',
  ),
  CommitNotShown: documents(
    robot('commit'),
    template('commit', '  message:\n    text:\n      content: "by {{commit.author}}"'),
    subscription(
      'commit',
      events('trigger: on-deployed\n      template: # here\n        name: commit'),
      to('commit'),
    ),
  ),
  MessageMayFail: documents(
    robot('mayfail', '', 'argocd'),
    template(
      'mayfail',
      `  message:\n    raw: '{"msgtype":"text","text":{"content":"{{(index .app.status.resources 0).health.status | trunc 3}}"}}'`,
      'argocd',
    ),
    subscription(
      'mayfail',
      events('trigger: on-health-degraded\n      template:\n        name: mayfail # here'),
      to('mayfail'),
      'argocd',
    ),
  ),
  ReplayPossible: documents(
    robot('replay'),
    subscription('replay', "  events: # here\n    - name: own\n      when: app.kind == 'x'\n", to('replay')),
  ),
  TemplateNotFound: documents(
    robot('nowhere'),
    subscription(
      'nowhere',
      events('trigger: on-deployed\n      template:\n        name: nowhere # here'),
      to('nowhere'),
    ),
  ),
  TemplateRefused: documents(
    robot('refused'),
    template('refused', '  message: { text: { content: "{{x}}" } }'),
    subscription(
      'refused',
      events('trigger: on-deployed\n      template:\n        name: refused # here'),
      to('refused'),
    ),
  ),
  UnknownParam: documents(
    robot('param'),
    template('param', '  params: { owner: nobody }\n  message: { text: { content: "{{params.owner}}" } }'),
    subscription(
      'param',
      events(
        'trigger: on-deployed\n      template:\n        name: param\n        params: # here\n          ownr: me',
      ),
      to('param'),
    ),
  ),
  MentionNotPossible: documents(
    robot('mention'),
    template('mention', '  message: { link: { title: a, text: b, url: "https://a.example" } }'),
    subscription(
      'mention',
      events('trigger: on-deployed\n      template: { name: mention }\n      at: # here\n        all: true'),
      to('mention'),
    ),
  ),
  KeywordNotInTemplate: documents(
    robot('keyword', '  keywords: [ops]\n', 'argocd'),
    template('keyword', `  message:\n    raw: '${RAW_TEXT}'`, 'argocd'),
    subscription(
      'keyword',
      events('trigger: on-deployed\n      template: # here\n        name: keyword'),
      to('keyword'),
      'argocd',
    ),
  ),
  RobotNotFound: subscription(
    'norobot',
    events('trigger: on-deployed'),
    '  robots:\n    - name: norobot # here\n  applications: { all: true }\n',
  ),
  RobotNotReady: documents(
    robot('notready', '  timeZone: Nowhere/Here\n'),
    subscription(
      'notready',
      events('trigger: on-deployed'),
      '  robots:\n    - name: notready # here\n  applications: { all: true }\n',
    ),
  ),
  RobotSuspended: documents(
    robot('asleep', '  suspend: true\n'),
    subscription(
      'asleep',
      events('trigger: on-deployed'),
      '  robots:\n    - name: asleep # here\n  applications: { all: true }\n',
    ),
  ),
  ProjectNotGranted: documents(
    robot('project'),
    subscription(
      'project',
      events('trigger: on-deployed'),
      '  robots: [{ name: project }]\n  applications:\n    projects: [secret] # here\n',
    ),
  ),
  InvalidGrant: `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: granted
  namespace: argocd
  annotations:
    argocd-dingtalk.io/namespaces: team-a, Team B # here
`,
  ThrottlingPossible: documents(
    'apiVersion: argocd-dingtalk.io/v1alpha1\nkind: DingTalkRobot\nmetadata:\n  name: busy # here\n  namespace: busy\nspec:\n  webhook: { secretKeyRef: { name: busy, key: webhook } }\n',
    ...['busy-a', 'busy-b'].map((name) =>
      subscription(
        name,
        events('trigger: on-created', 'trigger: on-sync-running', 'trigger: on-sync-failed'),
        to('busy'),
        'busy',
      ),
    ),
  ),
  TooManyDestinations: documents(
    ...Array.from({ length: 5 }, (_, index) => robot(`many${index}`)),
    subscription(
      'many',
      `  events: # here\n${Array.from({ length: 9 }, (_, index) => `    - { name: e${index}, trigger: on-deployed }\n`).join('')}`,
      `  robots: [${Array.from({ length: 5 }, (_, index) => `{ name: many${index} }`).join(', ')}]\n  applications: { all: true }\n`,
    ),
  ),
  GiteeHostNotAllowed: documents(
    robot('host-of-gitee'),
    toGitee('host-of-gitee', `${NATIVE}    baseUrl: https://gitee.example.com # here\n`),
  ),
  GiteeDoorNotConfigured: documents(robot('door'), toGitee('door', '    delivery: Relay # here\n')),
  UnknownAction: documents(
    robot('action'),
    toGitee('action', '', 'trigger: gitee-issue\n      actions:\n        - open\n        - merge # here'),
  ),
  TemplateForOtherSource: documents(
    robot('source'),
    template('source', '  message:\n    text:\n      content: "{{app.metadata.name}}"'),
    toGitee('source', '', 'trigger: gitee-push\n      template: { name: source } # here'),
  ),
  NotWithNative: documents(robot('native'), toGitee('native', `${NATIVE}    branches: [main] # here\n`)),
  KeywordLoss: documents(
    robot('loss', '  keywords: [ops]\n'),
    toGitee('loss', NATIVE, 'trigger: gitee-push', '\n    - name: loss # here'),
  ),
  RobotNotOwn: documents(
    robot('notown', '  sharedWith: { namespaces: [team] }\n', 'platform'),
    toGitee(
      'notown',
      NATIVE,
      'trigger: gitee-push',
      '\n    - name: notown # here\n      namespace: platform',
    ),
  ),
  FilterWithoutEffect: documents(robot('filter'), toGitee('filter', '    tags: ["v*"] # here\n')),
  SeparateBudgets: documents(
    robot('budgets'),
    toGitee('budgets', '', 'trigger: gitee-push', '\n    - name: budgets # here'),
  ),
};

/** Reasons that speak of a cluster, of other people's keys or of DingTalk, and so of nothing that files could show. */
export const NOT_IN_FILES = [
  // Gitee is not asked about files.
  'GiteeTokenMissing',
  'GiteeUnauthorized',
  'GiteeForbidden',
  'GiteeRepositoryNotFound',
  'GiteeUnavailable',
  'GiteeRefused',
  'GiteeUnexpectedAnswer',
  'GiteeNotInstalled',
  'GiteeHookLeft',
  'GiteeHookRepaired',
  // Files rarely have the target, and only its context counts.
  'FormerServiceExists',
  // No file is known that brings the operator to it.
  'InternalError',
  'Accepted',
  'Merged',
  'Signed',
  'Delivering',
  'Hooked',
  'Ready',
  'NotAccepted',
  'PreviousVersionLive',
  'PartlyLive',
  'Pending',
  'AwaitsRelay',
  'TargetNotFound',
  'TargetBroken',
  'WriteFailed',
  'SharedKeyOwned',
  'EngineIgnoresSubscriptions',
  'TargetContested',
  'TargetOwned',
  'NotSigned',
  'ForeignKeyBroken',
  'InstallationsOverlap',
  'ClockSkew',
  'KeyTaken',
  'GateUnavailable',
  'CredentialsUnreadable',
  // Files rarely contain credentials, so missing ones count as valid.
  'CredentialsNotFound',
  // DingTalk's answer about the robot, which its status has.
  'GiteeAddressesNotFixed',
  // Wanted, and no mistake.
  'Suspended',
  // It takes a megabyte of resources; core/merge/budget.test.ts has it.
  'TargetFull',
  // It takes more than a hundred events; core/merge/costly-routes.test.ts has it.
  'CostlyRoute',
  // It takes a hundred subscriptions; core/merge/quota.test.ts has it.
  'NamespaceQuotaExceeded',
  // Of the installation: tested by itself.
  'NoArgoCDURL',
  'NamespaceNotSelected',
  'ExpressionNotTrusted',
];
