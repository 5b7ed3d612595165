import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendEvent } from '../../operator/gitee/testing/fake-gitee.ts';
import { payload } from '../../operator/gitee/testing/payloads.ts';
import { applyGiteeSample, type GiteePlace, startGitee } from '../support/gitee-stage.ts';
import { GITEE_SAMPLES } from '../support/samples.ts';
import { type Stage, startStage } from '../support/stage.ts';

/** Each sample about Gitee as it is in the repository: the operator makes its hook, and a push that Gitee signs arrives in the group. */

let stage: Stage;
let place: GiteePlace;
const undo = new AsyncDisposableStack();

beforeAll(async () => {
  stage = undo.use(await startStage({ argocd: false, operator: false }));
  place = await startGitee(stage, undo);
});
afterAll(() => undo.disposeAsync());

/** What a group reads about a push. Gitee makes the message of a native hook. */
const WORDS: Readonly<Record<string, RegExp>> = {
  gitee: /example\/shop push to main/,
  'gitee-native': /Push Hook/,
  'gitee-zh-cn': /推送到 main/,
};

it.each(GITEE_SAMPLES)('samples/%s tells of a push', async (name) => {
  const { repository, robot } = await applyGiteeSample(stage, place, name);
  const [hook] = repository.hooks;
  if (!hook) throw new Error('the operator made no hook');
  const body = JSON.parse(
    JSON.stringify(payload('push')).replaceAll('https://gitee.com', place.gitee.url),
  ) as Record<string, unknown>;
  const isNative = hook.url.includes('access_token');
  const way = isNative ? { ca: readFileSync(stage.dingtalk.caFile, 'utf8') } : { origin: place.relayUrl };
  const answer = await sendEvent(hook, { event: 'Push Hook', payload: body }, way);
  expect(answer.status).toBe(isNative ? 200 : 202);
  const delivery = await stage.dingtalk.waitForDelivery(({ token }) => token === robot.token, {
    describe: `the message of samples/${name}`,
  });
  expect(delivery).toMatchObject({ errcode: 0, signature: 'valid' });
  expect((delivery.body as { markdown: { title: string } }).markdown.title).toMatch(WORDS[name] as RegExp);
});
