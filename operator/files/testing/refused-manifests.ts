import { robot, subscription, template } from '../../api/testing/manifests.ts';

/** A manifest that every cluster refuses. */
export interface RefusedManifest {
  readonly title: string;
  readonly manifest: object;
  /** The output of kubectl. */
  readonly message: RegExp;
  /** The affected field, as kubectl names it; empty for a rule on the resource as a whole. */
  readonly field: string;
}

const NAMESPACE = 'team-bad';
const X = { namespace: NAMESPACE, name: 'x' };

const refused = (title: string, manifest: object, field: string, message: RegExp): RefusedManifest => ({
  title,
  manifest,
  message,
  field,
});
const criteria = (applications: object) => subscription(X, { applications });
const events = (...all: object[]) => subscription(X, { events: all });
const anotherRobot = (key: string) => ({ webhook: { secretKeyRef: { name: 'pool', key } } });
const message = (spec: object) => ({ ...template(X, ''), spec });
const selector = (requirement: object) => criteria({ selector: { matchExpressions: [requirement] } });

const aboutGitee = (fields: object, more: object = {}) => ({
  ...subscription(X),
  spec: {
    robots: [{ name: 'x' }],
    gitee: {
      repository: 'payments/shop',
      token: { secretKeyRef: { name: 'gitee', key: 'token' } },
      ...fields,
    },
    events: [{ trigger: 'gitee-push' }],
    ...more,
  },
});

/** Manifests that the CRDs refuse, by their schemas and rules. The API server and `lint` must agree on each. */
export const REFUSED_MANIFESTS: readonly RefusedManifest[] = [
  refused(
    'a name that is too long',
    robot({ namespace: NAMESPACE, name: 'a'.repeat(64) }),
    '',
    /metadata\.name must be a DNS label: at most 63 characters/,
  ),
  refused(
    'a name with a dot',
    subscription({ namespace: NAMESPACE, name: 'a.b' }),
    '',
    /metadata\.name must be a DNS label/,
  ),
  refused(
    'a name in capitals',
    robot({ namespace: NAMESPACE, name: 'Bad' }),
    'metadata.name',
    /metadata\.name/,
  ),
  refused(
    'no credentials',
    robot(X, { webhook: undefined }),
    'spec.webhook',
    /spec\.webhook: Required value/,
  ),
  refused(
    'a token in the CR',
    robot(X, { webhook: { token: 'abc' } }),
    'spec.webhook.token',
    /unknown field "spec\.webhook\.token"/,
  ),
  refused(
    'a field of metadata that there is not',
    { ...robot(X), metadata: { ...X, label: {} } },
    'metadata.label',
    /unknown field "metadata\.label"/,
  ),
  refused(
    'a language that nobody speaks',
    robot(X, { locale: 'de' }),
    'spec.locale',
    /Unsupported value: "de"/,
  ),
  refused('a keyword twice', robot(X, { keywords: ['a', 'a'] }), 'spec.keywords', /Duplicate value: "a"/),
  refused(
    'two kinds of message',
    message({ message: { raw: '{}', text: { content: 'x' } } }),
    'spec.message',
    /message takes exactly one form/,
  ),
  refused('no kind of message', message({ message: {} }), 'spec.message', /message takes exactly one form/),
  refused(
    'a link that mentions somebody',
    message({ message: { link: { title: 'a', text: 'b', url: 'c' } }, at: { all: true } }),
    'spec',
    /only markdown and text messages can mention people/,
  ),
  refused(
    'params of a Go template',
    message({ message: { raw: '{}' }, params: { a: 'b' } }),
    'spec',
    /params are for Handlebars messages/,
  ),
  refused(
    'a param that no template could name',
    message({ message: { text: { content: 'x' } }, params: { '1st': 'b' } }),
    'spec.params',
    /params has a key that cannot be the name of a param/,
  ),
  refused(
    'a value for a param whose name is a text of its own',
    events({ trigger: 'on-deployed', template: { name: 'a', params: { ['a'.repeat(900_000)]: 'b' } } }),
    'spec.events[0].template.params',
    /params has a key that cannot be the name of a param: write a letter and then letters, digits and '_', at most 63/,
  ),
  refused('no criterion', criteria({}), 'spec.applications', /say which applications/),
  refused(
    'all and a criterion',
    criteria({ all: true, projects: ['a'] }),
    'spec.applications',
    /all: true stands alone/,
  ),
  refused(
    'a quote in a project',
    criteria({ projects: [`a' or true or 'b`] }),
    'spec.applications.projects[0]',
    /spec\.applications\.projects\[0\]/,
  ),
  refused(
    'a regular expression for a name',
    criteria({ names: ['^(a+)+$'] }),
    'spec.applications.names[0]',
    /spec\.applications\.names\[0\]/,
  ),
  refused(
    'a cluster by plain http',
    criteria({ clusters: ['http://a'] }),
    'spec.applications.clusters[0]',
    /its server URL starting with https/,
  ),
  refused('an empty selector', criteria({ selector: {} }), 'spec.applications.selector', /an empty selector/),
  refused(
    'a label key that is none',
    criteria({ selector: { matchLabels: { 'a b': 'c' } } }),
    'spec.applications.selector.matchLabels',
    /not a label key/,
  ),
  refused(
    'a label key that is too long',
    criteria({ selector: { matchLabels: { [`${'a'.repeat(900_000)}/b`]: 'c' } } }),
    'spec.applications.selector.matchLabels',
    /not a label key/,
  ),
  refused(
    'In without values',
    selector({ key: 'a', operator: 'In' }),
    'spec.applications.selector.matchExpressions[0]',
    /add values/,
  ),
  refused(
    'Exists with values',
    selector({ key: 'a', operator: 'Exists', values: ['b'] }),
    'spec.applications.selector.matchExpressions[0]',
    /drop values/,
  ),
  refused(
    'a robot twice',
    subscription(X, { robots: [{ name: 'a' }, { name: 'a' }] }),
    'spec.robots',
    /a robot is listed twice/,
  ),
  refused(
    'a robot of another namespace twice',
    subscription(X, {
      robots: [
        { name: 'a', namespace: 'b' },
        { name: 'a' },
        { name: 'a', namespace: 'c' },
        { name: 'a', namespace: 'b' },
      ],
    }),
    'spec.robots',
    /a robot is listed twice/,
  ),
  refused(
    'a robot by namespace and name in one',
    subscription(X, { robots: [{ name: 'a', namespace: 'b/a' }] }),
    'spec.robots[0].namespace',
    /match/,
  ),
  refused(
    'a template of no namespace',
    events({ trigger: 'on-deployed', template: { name: 'a', namespace: '' } }),
    'spec.events[0].template.namespace',
    /template\.namespace in body should be at least 1 chars long/,
  ),
  refused(
    'quiet hours that begin when they end',
    robot(X, { quietHours: { from: '22:00', to: '22:00' } }),
    'spec.quietHours',
    /quietHours has the same time for from and to/,
  ),
  refused(
    'quiet hours at a time that no clock shows',
    robot(X, { quietHours: { from: '24:00', to: '08:00' } }),
    'spec.quietHours.from',
    /spec\.quietHours\.from.*should match/,
  ),
  refused(
    'a webhook twice in a pool',
    robot(X, { pool: [anotherRobot('one'), anotherRobot('two'), anotherRobot('one')] }),
    'spec',
    /pool has a webhook that another robot of the group has/,
  ),
  refused(
    'a pool of seven robots',
    robot(X, { pool: ['a', 'b', 'c', 'd', 'e', 'f'].map(anotherRobot) }),
    'spec.pool',
    /spec\.pool.*(Too many|at most 5 items)/,
  ),
  refused(
    'consent to nobody',
    robot(X, { sharedWith: { namespaces: [] } }),
    'spec.sharedWith.namespaces',
    /sharedWith\.namespaces in body should have at least 1 items/,
  ),
  refused(
    'consent without names',
    robot(X, { sharedWith: {} }),
    'spec.sharedWith.namespaces',
    /Required value/,
  ),
  refused(
    'consent to what is no pattern of namespaces',
    message({ message: { text: { content: 'x' } }, sharedWith: { namespaces: ['Team_*'] } }),
    'spec.sharedWith.namespaces[0]',
    /match/,
  ),
  refused('no events', events(), 'spec.events', /spec\.events in body should have at least 1 items/),
  refused(
    'two events of one name',
    events({ trigger: 'on-deployed' }, { trigger: 'on-deployed' }),
    'spec.events',
    /two events have the same name/,
  ),
  refused(
    'an event without anything',
    events({}),
    'spec.events[0]',
    /an event is either one of the catalogue/,
  ),
  refused('an event of its own without a name', events({ when: 'true' }), 'spec.events[0]', /write name/),
  refused(
    'a condition beside a trigger',
    events({ trigger: 'on-deployed', oncePer: 'app' }),
    'spec.events[0]',
    /oncePer and eventTime belong to an event of your own/,
  ),
  refused(
    'applications beside a Gitee repository',
    aboutGitee({}, { applications: { all: true } }),
    'spec',
    /either about applications of Argo CD \(write applications\) or about a repository on Gitee/,
  ),
  refused(
    'neither applications nor a Gitee repository',
    { ...subscription(X), spec: { robots: [{ name: 'x' }], events: [{ trigger: 'on-deployed' }] } },
    'spec',
    /either about applications of Argo CD/,
  ),
  refused(
    'an event of Argo CD about a Gitee repository',
    aboutGitee({}, { events: [{ trigger: 'gitee-push' }, { trigger: 'on-deployed' }] }),
    'spec',
    /every event of a subscription with gitee has a trigger of Gitee/,
  ),
  refused(
    'a condition about a Gitee repository',
    aboutGitee({}, { events: [{ name: 'own', when: 'true' }] }),
    'spec',
    /remove when, oncePer and eventTime/,
  ),
  refused(
    'an event of Gitee about applications',
    events({ trigger: 'gitee-push' }),
    'spec',
    /triggers of Gitee and their actions belong to a subscription with gitee/,
  ),
  refused(
    'an action of an event of Argo CD',
    events({ trigger: 'on-deployed', actions: ['push'] }),
    'spec',
    /triggers of Gitee and their actions belong to a subscription with gitee/,
  ),
  refused(
    'an action that Gitee does not have',
    aboutGitee({}, { events: [{ trigger: 'gitee-push', actions: ['pull'] }] }),
    'spec.events[0].actions[0]',
    /Unsupported value: "pull"/,
  ),
  refused(
    'the loss of keywords where the relay sends',
    aboutGitee({ acceptKeywordLoss: true }),
    'spec',
    /acceptKeywordLoss belongs to delivery Native/,
  ),
  refused('no repository', aboutGitee({ repository: undefined }), 'spec.gitee.repository', /Required value/),
  refused('no token', aboutGitee({ token: undefined }), 'spec.gitee.token', /Required value/),
  refused(
    'a repository with a path',
    aboutGitee({ repository: 'payments/shop/hooks' }),
    'spec.gitee.repository',
    /match/,
  ),
  refused(
    'a repository that leads elsewhere',
    aboutGitee({ repository: '../shop' }),
    'spec.gitee.repository',
    /match/,
  ),
  ...[
    'http://gitee.com',
    'https://gitee.com/',
    'https://user@gitee.com',
    'https://gitee.com?a=b',
    'https://Gitee.com',
  ].map((baseUrl) =>
    refused(`${baseUrl} as the address of Gitee`, aboutGitee({ baseUrl }), 'spec.gitee.baseUrl', /match/),
  ),
  refused('a branch with a quote', aboutGitee({ branches: ["it's"] }), 'spec.gitee.branches[0]', /match/),
  refused(
    'an empty list of tags',
    aboutGitee({ tags: [] }),
    'spec.gitee.tags',
    /spec\.gitee\.tags in body should have at least 1 items/,
  ),
];

/** Manifests that look wrong and are accepted all the same. */
export const TAKEN_MANIFESTS: readonly { readonly title: string; readonly manifest: object }[] = [
  { title: 'fields with nothing behind them', manifest: robot(X, { suspend: null, signing: null }) },
  {
    title: 'label keys that every JavaScript object has',
    manifest: criteria({ selector: { matchLabels: { constructor: 'a', 'a.b/c.d': 'e' } } }),
  },
  {
    title: 'the longest label key that there is',
    manifest: criteria({ selector: { matchLabels: { [`${'a'.repeat(253)}/${'b'.repeat(63)}`]: 'c' } } }),
  },
  {
    title: 'params with the longest name, and with names that every JavaScript object has',
    manifest: events({
      trigger: 'on-deployed',
      template: { name: 'a', params: { ['a'.repeat(63)]: 'b', constructor: 'c', toString: 'd' } },
    }),
  },
  {
    title: 'robots of one name in several namespaces',
    manifest: subscription(X, {
      robots: [{ name: 'a' }, { name: 'a', namespace: 'b' }, { name: 'a', namespace: 'c' }],
    }),
  },
  {
    title: 'a Gitee repository with all fields',
    manifest: aboutGitee(
      {
        ...{ baseUrl: 'https://git.example.com:8443', delivery: 'Native', acceptKeywordLoss: true },
        ...{ branches: ['main', 'release/*', '功能-?'], tags: ['v*'] },
      },
      {
        events: [{ trigger: 'gitee-pull-request', actions: ['open', 'merge'] }, { trigger: 'gitee-unknown' }],
      },
    ),
  },
  { title: 'consent to everybody', manifest: robot(X, { sharedWith: { namespaces: ['*', 'team-?-*'] } }) },
];
