import { describe, expect, it } from 'vitest';
import type { DingTalkRobot } from '../../api/kinds.ts';
import { decide } from '../decide.ts';
import {
  config,
  NAMESPACE,
  robot,
  SILENT,
  snapshot,
  subscription,
  team,
  template,
} from '../testing/fixtures.ts';

const verdictOf = (fields: Parameters<typeof snapshot>[0]) =>
  decide(snapshot({ robots: [robot()], ...fields })).resolution.subscriptions[0]?.verdict;

describe('a subscription', () => {
  it('to existing resources is accepted', () => {
    expect(verdictOf({ subscriptions: [subscription()] })).toEqual({ rollout: 'current', warnings: [] });
  });

  it('to an event that the catalogue lacks is refused with the list of events', () => {
    const verdict = verdictOf({
      subscriptions: [subscription({}, { events: [{ trigger: 'on-sync-fialed' }] })],
    });
    expect(verdict?.refusal?.reason).toBe('UnknownTrigger');
    expect(verdict?.refusal?.message).toMatch(/^spec\.events\[0\]\.trigger: .*Did you mean on-sync-failed\?/);
  });

  it('to the end of an event without that event is refused with the line to add', () => {
    const alone = [{ trigger: 'on-deployed' }, { trigger: 'on-health-recovered', name: 'up' }];
    const { refusal } = verdictOf({ subscriptions: [subscription({}, { events: alone })] }) ?? {};
    expect(refusal?.reason).toBe('CompanionMissing');
    expect(refusal?.message).toMatch(
      /^spec\.events\[1\]\.trigger: .*Add "- trigger: on-health-degraded" to spec\.events\.$/,
    );
    const events = [...alone, { trigger: 'on-health-degraded', name: 'down' }];
    expect(verdictOf({ subscriptions: [subscription({}, { events })] })?.refusal).toBeUndefined();
  });

  it('that names absent resources is refused with their names', () => {
    const spec = {
      robots: [{ name: 'payments' }, { name: 'nobody' }],
      events: [{ trigger: 'on-deployed', template: { name: 'nothing' } }],
    };
    const verdict = verdictOf({ subscriptions: [subscription({}, spec)] });
    expect(verdict?.refusal?.reason).toBe('TemplateNotFound');
    expect(verdict?.refusal?.message).toContain('spec.events[0].template.name');
    expect(verdict?.refusal?.message).toContain('spec.robots[1].name: there is no DingTalkRobot nobody');
  });

  it('can use a Go template in a trusted namespace only', () => {
    const events = [{ trigger: 'on-deployed', template: { name: 'short' } }];
    const own = {
      templates: [template({ name: 'short' }, '{}')],
      subscriptions: [subscription({}, { events })],
    };
    expect(verdictOf(own)?.refusal?.reason).toBe('TemplateRefused');
    const trusting = config({ tenancy: { trustedNamespaces: [NAMESPACE] } });
    expect(verdictOf({ ...own, config: trusting })?.refusal).toBeUndefined();
  });

  it('to a project without a grant is warned', () => {
    const spec = { applications: { projects: ['billing'] } };
    const verdict = verdictOf({ subscriptions: [subscription({}, spec)] });
    expect(verdict?.warnings.map(({ reason }) => reason)).toEqual(['ProjectNotGranted']);
    expect(verdict?.warnings[0]?.message).toMatch(
      /tenancy\.projects .*argocd-dingtalk\.io\/namespaces on the AppProject/,
    );
    expect(verdict?.warnings[0]?.message).toContain(
      'applications that live in the namespace or deploy to it.',
    );
    const ignoring = {
      subscriptions: [subscription({}, spec)],
      config: config({ tenancy: { destinations: 'Ignored' } }),
    };
    expect(verdictOf(ignoring)?.warnings[0]?.message).toContain('applications that live in the namespace.');
    const granting = [{ name: 'billing', grantedTo: NAMESPACE }];
    const subscriptions = [subscription({}, spec)];
    expect(verdictOf({ subscriptions, projects: granting })?.warnings).toEqual([]);
    expect(verdictOf({ subscriptions, config: config({ tenancy: { mode: 'open' } }) })?.warnings).toEqual([]);
  });

  it('can have own conditions only where the installation accepts them', () => {
    const events = [{ trigger: 'on-deployed' }, { name: 'own', when: "app.kind == 'x'" }];
    const subscriptions = [subscription({}, { events })];
    const refusalFor = (trustedNamespaces: string[]) => {
      const tenancy = { allowExpressions: false, trustedNamespaces };
      return verdictOf({ subscriptions, config: config({ tenancy }), answers: SILENT })?.refusal;
    };
    const { parts = [] } = refusalFor(['argocd']) ?? {};
    expect(parts.map(({ reason }) => reason)).toEqual(['ExpressionNotTrusted', 'GateUnavailable']);
    expect(parts[0]?.message).toMatch(
      /^spec\.events\[1\]\.when: .* \(argocd\), and team-payments is not one/,
    );
    // The condition is refused, whatever the engine answers.
    expect(refusalFor(['argocd'])?.gate).toBeUndefined();
    expect(refusalFor([NAMESPACE])).toMatchObject({ gate: 'unanswered', reason: 'GateUnavailable' });
  });

  it('is warned where the URL of Argo CD is not known', () => {
    const nowhere = config({ argocd: {} });
    const verdict = verdictOf({
      subscriptions: [subscription({}, { applications: { all: true } })],
      config: nowhere,
    });
    expect(verdict?.warnings.map(({ reason }) => reason)).toEqual(['NoArgoCDURL']);
  });

  describe('whose message shows a commit', () => {
    const content = '{{#if commit.author}}by {{commit.author}}{{/if}}';
    const short = { ...template({ name: 'short' }, ''), spec: { message: { text: { content } } } };
    const [direct, second] = [
      robot({}, { delivery: 'Direct' }),
      robot({ name: 'second' }, { delivery: 'Direct' }),
    ];
    const relayed = robot({}, { delivery: 'Relay' });
    const relay = { url: 'http://relay:8080' };
    const api = { url: 'https://argocd-server' };
    const warned = (robots: DingTalkRobot[], fields: Record<string, unknown>) => {
      const cr = subscription(
        {},
        {
          robots: robots.map(({ metadata }) => ({ name: metadata.name })),
          events: [{ trigger: 'on-sync-failed' }, { trigger: 'on-deployed', template: { name: 'short' } }],
        },
      );
      const given = { subscriptions: [cr], robots, templates: [short], config: config(fields) };
      const warnings = verdictOf(given)?.warnings ?? [];
      return warnings.filter(({ reason }) => reason === 'CommitNotShown').map(({ message }) => message);
    };

    it('is warned for robots that Argo CD sends to', () => {
      const argocd = { url: 'https://argocd.example.com', api };
      expect(warned([direct], { argocd, relay })).toEqual([
        expect.stringMatching(
          /^spec\.events\[1\]\.template: .* Argo CD sends to payments directly, where they are empty/,
        ),
      ]);
      expect(warned([relayed, second], { argocd, relay })).toEqual([
        expect.stringContaining('sends to second directly'),
      ]);
    });

    it('is warned where the relay cannot ask Argo CD', () => {
      expect(warned([relayed], { relay })).toEqual([expect.stringContaining('set argocd.api')]);
    });

    it('is fine else', () => {
      const argocd = { url: 'https://argocd.example.com', api };
      expect(warned([relayed], { argocd, relay })).toEqual([]);
    });
  });

  it('drops just the recipient that is missing', () => {
    const spec = { robots: [{ name: 'payments' }, { name: 'nobody' }] };
    const { plan } = decide(snapshot({ robots: [robot()], subscriptions: [subscription({}, spec)] }));
    expect(plan.entries.map(({ recipients }) => recipients)).toEqual([[`dt_${NAMESPACE}_payments`]]);
  });

  it('that is suspended has no criteria made into a condition: nothing of it is to be live', () => {
    const of = (suspend: boolean) => {
      const subscriptions = [subscription({}, { suspend, applications: { names: ['shop'] } })];
      return decide(snapshot({ robots: [robot()], subscriptions })).resolution.subscriptions[0]?.criteria;
    };
    expect(of(false)).toContain('shop');
    expect(of(true)).toBeUndefined();
  });

  it('has no keys while its only robot is suspended', () => {
    const { plan, resolution } = decide(snapshot({ ...team(), robots: [robot({}, { suspend: true })] }));
    expect(plan).toMatchObject({ configMap: {}, secret: {}, entries: [] });
    expect(resolution.subscriptions[0]?.verdict.refusal?.reason).toBe('RobotSuspended');
  });
});
