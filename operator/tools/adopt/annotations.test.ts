import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdoptionInput } from './adoption.ts';
import {
  entry,
  FAILED,
  list,
  NO_OBJECTS,
  problems,
  SMALL,
  service,
  startAdopter,
  subscriptions,
  taken,
  template,
  trigger,
} from './testing/adopted.ts';

const BY_KEY = 'notifications.argoproj.io/subscribe';
const BY_LIST = 'notifications.argoproj.io/subscriptions';
const LEGACY = 'recipients.argocd-notifications.argoproj.io';

let adopter: ReturnType<typeof startAdopter>;
beforeAll(() => {
  adopter = startAdopter();
});
afterAll(() => adopter.close());

const { subscriptions: _, ...UNLISTED } = SMALL;
type Objects = AdoptionInput['objects'];
const adopted = (objects: Partial<Objects>, data: Record<string, string> = {}) =>
  adopter.adopted({ ...UNLISTED, ...data }, { objects: { ...NO_OBJECTS, ...objects } });

const app = (
  name: string,
  annotations: object = {},
  more: { labels?: object; project?: string; namespace?: string } = {},
) =>
  ({
    metadata: { name, namespace: more.namespace ?? 'argocd', labels: more.labels ?? {}, annotations },
    spec: { project: more.project ?? 'default' },
  }) as Objects['applications'][number];
const project = (name: string, annotations: object, namespace = 'argocd') =>
  ({ metadata: { name, namespace, annotations } }) as Objects['projects'][number];

const FAILED_TO_DING = { [`${BY_KEY}.failed.ding`]: '' };
const coverage = async (objects: Partial<Objects>, data: Record<string, string> = {}) =>
  subscriptions(await adopted(objects, data)).map(({ applications, events }) => [
    applications,
    ...events.map(({ name, trigger: catalogue }) => name ?? catalogue),
  ]);

const MORE = {
  'trigger.more': trigger("app.spec.project == 'x'", 'failed'),
  'service.slack': 'token: x',
};

describe('annotations become subscriptions', () => {
  it('of the Applications with the same events, namespace by namespace', async () => {
    const both = { ...FAILED_TO_DING, [`${BY_KEY}.more.ding`]: '' };
    const adoption = await adopted(
      {
        applications: [
          app('b', FAILED_TO_DING),
          app('a', FAILED_TO_DING),
          app('both', both),
          app('c', FAILED_TO_DING, { namespace: 'team' }),
          app('none'),
        ],
      },
      MORE,
    );
    expect(subscriptions(adoption).map(({ applications, events }) => [applications, events.length])).toEqual([
      [{ names: ['a', 'b'], namespaces: ['argocd'] }, 1],
      [{ names: ['both'], namespaces: ['argocd'] }, 2],
      [{ names: ['c'], namespaces: ['team'] }, 1],
    ]);
    expect(problems(adoption)).toEqual([]);
    expect(adoption.cut.keys).toEqual([
      'service.webhook.ding',
      'template.failed',
      'trigger.failed',
      'trigger.more',
    ]);
    expect(adoption.removals).toEqual({
      commands: [
        `kubectl annotate -n argocd application b a both '${BY_KEY}.failed.ding-'`,
        `kubectl annotate -n team application c '${BY_KEY}.failed.ding-'`,
        `kubectl annotate -n argocd application both '${BY_KEY}.more.ding-'`,
      ],
      edits: [],
    });
  });

  it('of as many Applications as a subscription can name', async () => {
    const applications = Array.from({ length: 120 }, (_, index) => app(`a${index}`, FAILED_TO_DING));
    const adoption = await adopted({ applications });
    expect(subscriptions(adoption).map(({ applications: { names } }) => names?.length)).toEqual([50, 50, 20]);
    expect(taken(adoption).at(-1)).toMatch(/ and 110 more$/);
    expect(adoption.removals.commands).toHaveLength(6);
  });

  it('of AppProjects, also by annotations of the old form', async () => {
    const projects = [
      project('new', FAILED_TO_DING),
      project('old', { [`failed.${LEGACY}`]: 'ding, slack:ops' }),
      project('older', { [LEGACY]: 'ding' }),
    ];
    const adoption = await adopted({ projects }, { ...MORE, 'defaultTriggers.ding': '[more]' });
    // The default triggers of the service come before the trigger of an old annotation.
    expect(
      subscriptions(adoption).map(({ applications, events }) => [applications, events[0]?.name]),
    ).toEqual([
      [{ projects: ['new'] }, 'failed'],
      [{ projects: ['old', 'older'] }, 'more'],
    ]);
    expect(adoption.removals.commands).toEqual([
      `kubectl annotate -n argocd appproject new '${BY_KEY}.failed.ding-'`,
      `kubectl annotate -n argocd appproject old --overwrite 'failed.${LEGACY}=slack:ops'`,
      `kubectl annotate -n argocd appproject older '${LEGACY}-'`,
    ]);
  });

  it.each<[string, object, object, string[]]>([
    [
      'those of the service first',
      { [`${BY_KEY}.ding`]: '' },
      { 'defaultTriggers.ding': '[more]' },
      ['more'],
    ],
    ['those of all services', { [`${BY_KEY}.ding`]: '' }, {}, ['failed']],
    ['in a list', { [BY_LIST]: '- destinations: [{service: ding, recipients: [""]}]' }, {}, ['failed']],
  ])('with the default triggers where they name none: %s', async (_, annotations, defaults, events) => {
    const found = await coverage(
      { applications: [app('a', annotations)] },
      { ...MORE, defaultTriggers: '[failed]', ...defaults },
    );
    expect(found).toEqual([[{ names: ['a'], namespaces: ['argocd'] }, ...events]]);
  });

  it('for DingTalk, and for nobody else in the same list', async () => {
    const value = [
      '- trigger: [failed, more]',
      '  destinations:',
      '  - service: slack',
      '    recipients: [ops]',
      '  - service: ding',
      '    recipients: [""]',
      '- trigger: [failed]',
      '  destinations: [{service: ding, recipients: [""]}]',
    ].join('\n');
    const adoption = await adopted({ applications: [app('a', { [BY_LIST]: value })] }, MORE);
    expect(subscriptions(adoption)).toMatchObject([{ events: [{ name: 'failed' }, { name: 'more' }] }]);
    expect(adoption.removals).toEqual({
      commands: [],
      edits: [
        `Application argocd/a, ${BY_LIST}: remove lines 5 to 6 and lines 7 to 8 of its value, the destination ding`,
      ],
    });
    // Slack is still sent both, with the template that they share.
    expect(adoption.cut.keys).toEqual(['service.webhook.ding']);
  });

  it.each([
    ['no recipient', { [`${BY_KEY}.failed.ding`]: ';' }],
    ['no recipient in a list', { [BY_LIST]: '- trigger: [failed]\n  destinations: [{service: ding}]' }],
    ['another service', { [`${BY_KEY}.failed.slack`]: 'ops' }],
    ['what Argo CD can not read', { [BY_LIST]: '{' }],
  ])('but nothing is made of %s', async (_, annotations) => {
    const adoption = await adopted({ applications: [app('a', annotations)] });
    expect(subscriptions(adoption)).toEqual([]);
    expect(adoption.resources.robots).toEqual([]);
    expect(adoption.removals).toEqual({ commands: [], edits: [] });
  });
});

describe('nothing is told twice', () => {
  const listed = (selector?: string) => ({ subscriptions: list(entry(['ding'], ['failed'], selector)) });
  const inA = app('a', FAILED_TO_DING, { labels: { team: 'a' }, project: 'shop' });

  it.each<[string, Partial<Objects>, Record<string, string>, object[]]>([
    [
      'an entry for all',
      { applications: [inA], projects: [project('shop', FAILED_TO_DING)] },
      listed(),
      [{ all: true }],
    ],
    [
      'its AppProject',
      { applications: [inA], projects: [project('shop', FAILED_TO_DING)] },
      {},
      [{ projects: ['shop'] }],
    ],
    [
      'a selector that it meets',
      { applications: [inA] },
      listed('team=a'),
      [{ selector: { matchLabels: { team: 'a' } } }],
    ],
    [
      'a selector that it does not meet',
      { applications: [inA] },
      listed('team=b'),
      [{ selector: { matchLabels: { team: 'b' } } }, { names: ['a'], namespaces: ['argocd'] }],
    ],
    [
      'a selector that some Applications of an AppProject meet',
      { projects: [project('shop', FAILED_TO_DING)] },
      listed('team=a'),
      [
        { selector: { matchLabels: { team: 'a' } } },
        {
          projects: ['shop'],
          selector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['a'] }] },
        },
      ],
    ],
  ])('by an annotation and %s', async (_, objects, data, covered) => {
    const adoption = await adopted(objects, data);
    expect(subscriptions(adoption).map(({ applications }) => applications)).toEqual(covered);
    expect(adoption.notes.join()).not.toContain('twice');
    expect(problems(adoption)).toEqual([]);
  });

  it('by two annotations of one Application', async () => {
    const value = '- trigger: [failed]\n  destinations: [{service: ding, recipients: [""]}]';
    const applications = [app('a', { ...FAILED_TO_DING, [BY_LIST]: value })];
    expect(await coverage({ applications })).toEqual([[{ names: ['a'], namespaces: ['argocd'] }, 'failed']]);
  });

  it('by an annotation that Argo CD would go on to read, since others need both its service and its trigger', async () => {
    const strange = { 'trigger.strange': trigger("'x' in secrets", 'failed') };
    const applications = [
      app('a', FAILED_TO_DING),
      app('b', { [`${BY_KEY}.strange.ding`]: '', [`${BY_KEY}.failed.slack`]: 'ops' }),
    ];
    const data = { ...strange, ...listed('team=a'), 'service.slack': 'token: x' };
    const adoption = await adopted({ applications }, data);
    // The entry goes: Application a does not meet its selector.
    expect(taken(adoption)).toEqual(['entry 1, ding']);
    expect(problems(adoption)).toEqual([
      'service.webhook.ding: subscribers that stay send to it',
      expect.stringMatching(
        /subscribe.failed.ding of Application argocd\/a: service.webhook.ding and trigger.failed stay/,
      ),
      expect.stringMatching(/subscribe.strange.ding of Application argocd\/b: trigger.strange: .*secrets/),
    ]);
    expect(adoption.removals.commands).toEqual([]);
    // Without Slack the trigger goes, and what is left of the annotation has no effect.
    const alone = await adopted(
      {
        applications: [
          applications[0],
          app('b', { [`${BY_KEY}.strange.ding`]: '' }),
        ] as Objects['applications'],
      },
      strange,
    );
    expect(alone.cut.keys).toEqual(['trigger.failed']);
    expect(alone.removals.commands).toEqual([
      `kubectl annotate -n argocd application a '${BY_KEY}.failed.ding-'`,
    ]);
  });
});

describe('annotations without effect', () => {
  it('are said to have none, and nothing is made of them', async () => {
    const adoption = await adopted({
      applications: [
        app('a', { [`failed.${LEGACY}`]: 'ding' }),
        app('b', { [`failed.${LEGACY}`]: 'slack:x' }),
      ],
      projects: [project('p', FAILED_TO_DING, 'elsewhere')],
    });
    expect(subscriptions(adoption)).toEqual([]);
    expect(adoption.notes).toEqual([
      `the annotation failed.${LEGACY} has no effect: Argo CD reads it on AppProjects only. Remove it from Application argocd/a.`,
      `the annotation ${BY_KEY}.failed.ding has no effect: Argo CD reads AppProjects in its own namespace only. Remove it from ` +
        'AppProject elsewhere/p.',
    ]);
  });
});

describe('ApplicationSets', () => {
  const set = (spec: object) => ({ metadata: { name: 'apps', namespace: 'argocd' }, spec });
  const templated = (key: string) => ({ metadata: { annotations: { [key]: '' } } });
  const owned = (name: string) => {
    const { metadata, ...rest } = app(name, FAILED_TO_DING);
    return {
      ...rest,
      metadata: { ...metadata, ownerReferences: [{ kind: 'ApplicationSet', name: 'apps' }] },
    };
  };

  it.each<[string, object, string]>([
    [
      'template',
      { template: templated(`${BY_KEY}.failed.ding`) },
      `spec.template.metadata.annotations: remove ${BY_KEY}.failed.ding`,
    ],
    [
      'generators',
      {
        generators: [
          { matrix: { generators: [{ list: { template: templated(`${BY_KEY}.failed.ding`) } }] } },
        ],
      },
      `spec.generators[0].matrix.generators[0].list.template.metadata.annotations: remove ${BY_KEY}.failed.ding`,
    ],
    [
      'patch',
      { templatePatch: `metadata:\n  annotations:\n    ${BY_KEY}.failed.ding: ""\n` },
      `spec.templatePatch: remove ${BY_KEY}.failed.ding`,
    ],
    [
      'parameters',
      { template: templated(`${BY_KEY}.failed.{{team}}`) },
      `spec.template.metadata.annotations: remove ${BY_KEY}.failed.{{team}}`,
    ],
  ])('have the line to remove in their %s', async (_, spec, edit) => {
    const adoption = await adopted({ applications: [owned('a')], applicationSets: [set(spec)] });
    expect(adoption.removals.edits).toEqual([`ApplicationSet argocd/apps, ${edit}`]);
    expect(adoption.notes.join()).toContain(
      'For those that it generates later, put a label into its template',
    );
    expect(problems(adoption)).toEqual([]);
  });

  it('whose Applications are not known can not be taken over', async () => {
    const applicationSets = [set({ template: templated(`${BY_KEY}.failed.ding`) })];
    const adoption = await adopted({ applications: [app('b')], applicationSets });
    expect(problems(adoption)).toEqual([
      expect.stringMatching(
        /subscribe.failed.ding of the Applications of ApplicationSet argocd\/apps: none of these Applications is known/,
      ),
    ]);
  });

  it('keep what Argo CD goes on to send', async () => {
    const odd = { [`${BY_KEY}.odd.ding`]: '' };
    const { metadata, ...rest } = owned('a');
    const applications = [{ ...rest, metadata: { ...metadata, annotations: odd } }, app('b', FAILED_TO_DING)];
    const data = {
      'template.odd': JSON.stringify({ webhook: { ding: { method: 'GET', body: '{}' } } }),
      'trigger.odd': trigger(FAILED, 'odd'),
    };
    const applicationSets = [set({ template: templated(`${BY_KEY}.odd.ding`) })];
    const adoption = await adopted({ applications, applicationSets }, data);
    expect(problems(adoption).join()).toContain('odd.ding of Application argocd/a');
    expect(adoption.removals.edits).toEqual([]);
    expect(adoption.notes.join()).not.toContain('ApplicationSet');
  });

  it('lose a destination, and no annotation that others need', async () => {
    const list = `[{trigger: [failed], destinations: [{service: ding, recipients: ['']}, {service: slack, recipients: [x]}]}]`;
    const annotations = { 'notifications.argoproj.io/subscriptions': list };
    const { metadata, ...rest } = owned('a');
    const applications = [{ ...rest, metadata: { ...metadata, annotations } }];
    const { removals } = await adopted({
      applications,
      applicationSets: [set({ template: { metadata: { annotations } } })],
    });
    expect(removals.edits[0]).toBe(
      'ApplicationSet argocd/apps, spec.template.metadata.annotations: remove the destination ding of notifications.argoproj.io/subscriptions',
    );
  });

  it('that subscribe to others, or to nothing, do not matter', async () => {
    const applicationSets = [set({ template: templated(`${BY_KEY}.failed.slack`) }), set({})];
    const { removals, notes } = await adopted({ applications: [app('a', FAILED_TO_DING)], applicationSets });
    expect([removals.edits, notes.join()]).toEqual([[], expect.not.stringContaining('ApplicationSet')]);
  });
});

it('several robots with the same annotations share a subscription', async () => {
  const data = {
    'service.webhook.dong': service('b'),
    'template.failed': template(['ding', 'x'], ['dong', 'x']),
  };
  const annotations = { ...FAILED_TO_DING, [`${BY_KEY}.failed.dong`]: '' };
  const adoption = await adopted(
    { applications: [app('a', annotations)] },
    { ...data, 'trigger.failed': trigger(FAILED, 'failed') },
  );
  expect(subscriptions(adoption).map(({ robots }) => robots)).toEqual([[{ name: 'ding' }, { name: 'dong' }]]);
});
