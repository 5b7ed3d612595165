import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commitQuestion } from './question.ts';

const [NEW, OLD] = ['a'.repeat(40), 'b'.repeat(40)];
const REPOSITORY = 'https://gitee.com/example/shop.git';
const GIT = { repoURL: REPOSITORY, path: 'deploy' };
const CHART = { repoURL: 'https://charts.example.com', chart: 'redis' };

const app = (status: object, spec: object = { source: GIT }) => ({
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: { project: 'payments', ...spec },
  status,
});
const BOTH = {
  operationState: { syncResult: { revision: OLD, source: GIT } },
  sync: { revision: NEW },
};
const asked = (status: object, spec?: object, event = 'on-sync-failed') =>
  commitQuestion({ event, app: app(status, spec) });

describe('the commit of an event', () => {
  it('has the Application, its project and the repository', () => {
    expect(asked(BOTH)).toEqual({
      application: 'shop',
      namespace: 'argocd',
      project: 'payments',
      repository: REPOSITORY,
      revision: OLD,
    });
  });

  it.each([
    ['on-deployed', OLD],
    ['on-sync-failed', OLD],
    ['on-sync-running', OLD],
    ['on-sync-succeeded', OLD],
    ['on-health-degraded', NEW],
    ['on-sync-status-unknown', NEW],
    ['dt_team_shop_slow_relay', NEW],
  ])('is that of the last sync if the event is about a sync: %s', (event, revision) => {
    expect(asked(BOTH, undefined, event)?.revision).toBe(revision);
  });

  it('is that of the operation, or the compared one, if the sync has no result yet', () => {
    const running = { operationState: { operation: { sync: { revision: OLD } } }, sync: { revision: NEW } };
    expect(asked(running)?.revision).toBe(OLD);
    expect(asked({ sync: { revision: NEW } })?.revision).toBe(NEW);
  });

  it('is that of the first source from Git', () => {
    const sources = { sources: [CHART, { ...CHART, chart: undefined }, GIT] };
    const result = (revisions: unknown) => ({ operationState: { syncResult: { revisions } } });
    expect(asked(result(['1.2.3', '2.0.0', OLD]), sources)).toMatchObject({
      ...{ repository: REPOSITORY, revision: OLD, sourceIndex: 2 },
    });
    // A version of a chart can look like a hash.
    expect(asked(result([NEW, '2.0.0', OLD]), sources)).toMatchObject({ revision: OLD, sourceIndex: 2 });
    expect(asked(result(['1.2.3', '2.0.0', '3.0.0']), sources)).toBeUndefined();
  });

  it('is that of the repository from which a hydrated Application comes', () => {
    const spec = { sourceHydrator: { drySource: { repoURL: REPOSITORY, path: 'dry' } } };
    expect(asked({ sync: { revision: NEW } }, spec)).toMatchObject({ repository: REPOSITORY, revision: NEW });
  });
});

describe('there is no commit', () => {
  it.each<[string, object, object?]>([
    ['of a chart', { sync: { revision: '1.2.3' } }, { source: CHART }],
    ['of an image', { sync: { revision: `sha256:${'a'.repeat(64)}` } }, { source: { repoURL: 'oci://x' } }],
    ['of a branch', { sync: { revision: 'main' } }],
    ['of an Application that was never compared', {}],
    ['without a source', { sync: { revision: NEW } }, {}],
    ['of a former repository', BOTH, { source: { repoURL: 'https://gitee.com/example/other.git' } }],
    [
      'of a chart that was synced, when a later commit was compared',
      { ...BOTH, operationState: { syncResult: { revision: '1.2.3' } } },
    ],
    ['with an endless URL', BOTH, { source: { repoURL: `https://${'x'.repeat(2_000)}` } }],
    ['with a path as the project', BOTH, { source: GIT, project: '../x' }],
  ])('%s', (_, status, spec) => {
    expect(asked(status, spec)).toBeUndefined();
  });

  it('in anything that is no Application', () => {
    const event = fc.constantFrom('on-sync-failed', 'on-health-degraded', '');
    const odd = fc.record(
      { metadata: fc.anything(), spec: fc.anything(), status: fc.anything() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(event, odd, (name, value) => {
        expect(commitQuestion({ event: name, app: value })).toBeUndefined();
      }),
    );
    const names = { metadata: { name: 'shop', namespace: 'argocd' }, spec: { project: 'p', source: GIT } };
    fc.assert(
      fc.property(event, fc.anything(), (name, status) => {
        expect(commitQuestion({ event: name, app: { ...names, status } })).toBeUndefined();
      }),
    );
  });
});
