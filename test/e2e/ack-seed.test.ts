import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newCredentials, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import {
  type ApplicationPatch,
  degraded,
  healthy,
  type OperationDetails,
  progressing,
  soon,
  suspended,
  syncFailed,
  syncing,
  syncStatusUnknown,
  syncSucceeded,
} from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/**
 * The recipe of ACK's documentation and samples/ack-seed beside each other in one Argo CD: the same Applications, the same
 * states, two robots.
 */

const SAMPLE = new URL('../../samples/ack-seed', import.meta.url).pathname;
const RECIPE = readFileSync(new URL('ack-seed.configmap.yaml', import.meta.url), 'utf8');
const ARGOCD_URL = 'https://argocd.example.com';

/** An Application that failed before anybody was there to tell. */
const OLD = 'old';

/** Hears of Applications that are suspended, of which neither of the others does. */
const CANARY = { namespace: ARGOCD, name: 'canary' };

let stage: Stage;
let tokens: { readonly recipe: string; readonly sample: string; readonly canary: string };
beforeAll(async () => {
  stage = await startStage();
  await applyApplication(stage.cp, application({ name: OLD, namespace: ARGOCD }));
  await patchApplication(stage.cp, ARGOCD, OLD, syncFailed(new Date(Date.now() - 60_000)));
  const recipe = stage.dingtalk.addRobot({ token: newCredentials().token });
  const filled = RECIPE.replaceAll('WEBHOOK_URL', recipe.webhookUrl).replaceAll('ARGOCD_URL', ARGOCD_URL);
  // As the recipe says; by server-side apply it would claim the shared key for itself.
  await stage.cp.kubectl(['apply', '-f', '-'], filled);
  const sample = await applySample();
  const canary = realRobot(stage.dingtalk, CANARY);
  const events = { applications: { names: ['canary-*'] }, events: [{ trigger: 'on-health-suspended' }] };
  await stage.apply(...canary.manifests, subscription(CANARY, events as never));
  await stage.conditions('nsub', ARGOCD, CANARY.name, { Ready: 'True/Ready' });
  await stage.conditions('nsub', ARGOCD, 'dingtalk', { Ready: 'True/Ready' });
  const live = soon();
  await eventually('the second in which they went live to be over', () => Date.now() > live.getTime());
  tokens = { recipe: recipe.token, sample, canary: canary.fake.token };
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** The sample with a robot of the fake's in place of its placeholders. */
async function applySample(): Promise<string> {
  await stage.cp.kubectl(['apply', '-k', SAMPLE]);
  const { fake, credentials } = realRobot(stage.dingtalk, { namespace: ARGOCD, name: 'dingtalk' });
  const stringData = { webhook: fake.webhookUrl, secret: credentials.secret };
  const patch = JSON.stringify({ stringData });
  await stage.cp.kubectl(['patch', 'secret', 'dingtalk', '-n', ARGOCD, '-p', patch]);
  const reread = 'argocd-dingtalk.io/reconcile-at=now';
  await stage.cp.kubectl(['annotate', 'robots', 'dingtalk', '-n', ARGOCD, reread]);
  return fake.token;
}

type Patch = (at: Date) => ApplicationPatch | object;

let canaries = 0;

/** Argo CD's controller works through its queue in order; once it tells of this, it has looked at all before. */
async function controllerIsDone(): Promise<void> {
  const name = `canary-${++canaries}`;
  await applyApplication(stage.cp, application({ name, namespace: ARGOCD }));
  await patchApplication(stage.cp, ARGOCD, name, suspended(soon()));
  await stage.dingtalk.waitForDelivery(
    (each) => each.token === tokens.canary && each.rawBody.includes(name),
    { describe: name },
  );
}

interface Body {
  readonly markdown: { readonly title: string; readonly text: string };
}

/** What has arrived of an Application by one of the two ways, in order. */
function told(way: 'recipe' | 'sample', app: string): Body[] {
  const all = stage.dingtalk.requests.filter(
    ({ token, rawBody }) => token === tokens[way] && rawBody.includes(`/applications/${app}?`),
  );
  const signature = way === 'sample' ? 'valid' : 'absent';
  for (const each of all) expect(each).toMatchObject({ errcode: 0, method: 'POST', signature });
  return all.map(({ body }) => body as Body);
}

let latest = 0;

/** Later than all moments before, in whole seconds, so that each operation begins at a moment of its own. */
function next(): Date {
  latest = Math.max(soon().getTime(), latest + 1_000);
  return new Date(latest);
}

/** Has a new Application go through these states; the controller sees each. */
async function goThrough(app: string, ...steps: readonly Patch[]): Promise<void> {
  await applyApplication(stage.cp, application({ name: app, namespace: ARGOCD }));
  for (const step of steps) {
    await patchApplication(stage.cp, ARGOCD, app, step(next()));
    await controllerIsDone();
  }
}

/** Each operation begins at another moment, as operations do. */
const operation =
  (state: (at: Date, details: OperationDetails) => ApplicationPatch, details: OperationDetails = {}): Patch =>
  (at) =>
    state(at, { startedAt: at, ...details });

/** Argo CD has no single revision for several sources. */
const fromSeveralSources: Patch = (at) => ({
  status: {
    ...syncSucceeded(at, { startedAt: at }).status,
    ...healthy(at).status,
    sync: { status: 'Synced', revision: null, revisions: ['1.2.3', `${at.getTime()}`] },
  },
});

const [RUNS, SUCCEEDS, FAILS] = [operation(syncing), operation(syncSucceeded), operation(syncFailed)];
const UNEXPLAINED: Patch = () => ({ status: { sync: { status: 'Unknown' } } });

const CHANGE = 'Argo CD application status';
const FAILURE = 'Argo CD application release failure';
const UNKNOWN = 'Unknown Argo CD application';

const titlesOf = (bodies: readonly Body[]): string[] => bodies.map(({ markdown }) => markdown.title);

describe('samples/ack-seed tells the same as the recipe, field by field', () => {
  const cases: readonly (readonly [string, readonly Patch[], readonly string[]])[] = [
    ['deploy', [RUNS, SUCCEEDS, progressing, healthy], [CHANGE, CHANGE]],
    ['failure', [RUNS, FAILS, degraded], [FAILURE]],
    // The recipe's templates show no text of anybody's, so none can break them.
    ['quotes', [operation(syncFailed, { message: '"x"\n\\ {{.}}', username: '"y"' })], [FAILURE]],
    ['unreachable', [RUNS, healthy, syncStatusUnknown], [UNKNOWN]],
    ['never-synced', [syncStatusUnknown], [UNKNOWN]],
    [
      'long-story',
      [RUNS, FAILS, RUNS, SUCCEEDS, progressing, healthy, degraded, progressing, healthy],
      [FAILURE, CHANGE, CHANGE],
    ],
  ];

  it.each(cases)('%s', async (app, steps, titles) => {
    await goThrough(app, ...steps);
    expect(titlesOf(told('recipe', app))).toEqual(titles);
    expect(told('sample', app)).toEqual(told('recipe', app));
  });

  it('which reads as the recipe has it', () => {
    const [deployed] = told('sample', 'deploy');
    expect(deployed?.markdown.text.replace(/\d{4}-\d\d-\d\dT[\d:]{8}Z/, 'TIME')).toBe(
      '### Argo CD application status\n> - Application name: deploy\n> - Status: Succeeded\n> - Time:TIME\n' +
        `> - Application URL: [Click to access](${ARGOCD_URL}/applications/deploy?operation=true) \n`,
    );
  });
});

describe('samples/ack-seed tells more than the recipe', () => {
  it.each([
    // Its on-deployed is sent once per commit, for ever.
    ['same-commit', [RUNS, SUCCEEDS, healthy, RUNS, SUCCEEDS], [CHANGE, CHANGE, CHANGE]],
    // To its on-deployed, all deploys from several sources are of the same commit: none.
    ['several-sources', [fromSeveralSources, RUNS, fromSeveralSources], [CHANGE, CHANGE, CHANGE]],
    // Its triggers are sent again only if they were not true in between.
    ['twice', [FAILS, FAILS], [FAILURE]],
  ] as const)('%s', async (app, steps, titles) => {
    await goThrough(app, ...steps);
    const [recipe, sample] = [told('recipe', app), told('sample', app)];
    expect(titlesOf(recipe)).toEqual(titles);
    expect(sample.slice(0, -1)).toEqual(recipe);
    expect(titlesOf(sample.slice(-1))).toEqual(titles.slice(-1));
    expect(sample.at(-1)).not.toEqual(recipe.at(0));
  });
});

describe('samples/ack-seed tells less than the recipe', () => {
  it('of what happened before it was there', async () => {
    // Argo CD looks at an Application whenever anything about it changes.
    await patchApplication(stage.cp, ARGOCD, OLD, { metadata: { labels: { touched: 'yes' } } });
    await controllerIsDone();
    expect(titlesOf(told('recipe', OLD))).toEqual([FAILURE]);
    expect(told('sample', OLD)).toEqual([]);
  });

  // Argo CD itself always adds a condition that explains it, and when it began.
  it('of a status that is unknown without a reason', async () => {
    await goThrough('unexplained', UNEXPLAINED);
    expect(titlesOf(told('recipe', 'unexplained'))).toEqual([UNKNOWN]);
    expect(told('sample', 'unexplained')).toEqual([]);
  });
});
