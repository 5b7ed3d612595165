import { expect, it } from 'vitest';
import { type GiteeObstacle, startFakeGitee } from '../../operator/gitee/testing/fake-gitee.ts';
import {
  giteeHookStage,
  HOOK_REPOSITORY,
  HOOK_SUBSCRIPTION,
  HOOK_TEAM,
  HOOK_TOKEN,
} from '../support/gitee-hook-stage.ts';

const hooks = giteeHookStage();

it.each<[GiteeObstacle, string]>([
  [401, 'GiteeUnauthorized'],
  [403, 'GiteeForbidden'],
  [404, 'GiteeRepositoryNotFound'],
  [422, 'GiteeRefused'],
  [429, 'GiteeUnavailable'],
  [503, 'GiteeUnavailable'],
  ['cut', 'GiteeUnavailable'],
  ['hang', 'GiteeUnavailable'],
  ['redirect', 'GiteeUnexpectedAnswer'],
])('%s of Gitee is the condition %s', async (how, reason) => {
  hooks.gitee.obstruct(how);
  await hooks.stage.apply(hooks.subscription());
  await hooks.hooked(HOOK_SUBSCRIPTION.name, `False/${reason}`);
  hooks.gitee.obstruct(undefined);
});

it('the token goes to no host that is not allowed', async () => {
  const stranger = await startFakeGitee();
  try {
    stranger.addRepository(HOOK_REPOSITORY, HOOK_TOKEN);
    await hooks.stage.apply(hooks.subscription(HOOK_SUBSCRIPTION, { baseUrl: stranger.url }));
    await hooks.stage.conditions('nsub', HOOK_TEAM, HOOK_SUBSCRIPTION.name, {
      Accepted: 'False/GiteeHostNotAllowed',
    });
    expect(stranger.requests).toEqual([]);
  } finally {
    await stranger.stop();
  }
});
