import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sendEvent } from '../../operator/gitee/testing/fake-gitee.ts';
import {
  giteeHookStage,
  HOOK_FINALIZER,
  HOOK_REPOSITORY,
  HOOK_SUBSCRIPTION,
  HOOK_TEAM,
  HOOK_TOKEN,
  untilTrue,
} from '../support/gitee-hook-stage.ts';
import { ARGOCD, type KubernetesResource } from '../support/stage.ts';

const hooks = giteeHookStage();

describe('the hook of a subscription with delivery Native', () => {
  it('sends to the robot, and is what the status says', async () => {
    await hooks.stage.apply(hooks.subscription());
    await hooks.hooked();
    const [hook] = hooks.repository.hooks;
    if (!hook) throw new Error('no hook');
    expect(hooks.repository.hooks).toEqual([
      {
        id: hook.id,
        url: hooks.robot.fake.webhookUrl,
        encryptionType: 1,
        password: hooks.robot.credentials.secret,
        switches: {
          push_events: true,
          tag_push_events: false,
          issues_events: true,
          merge_requests_events: false,
          note_events: false,
        },
      },
    ]);
    const { metadata, status } = await hooks.stored();
    expect(metadata.finalizers).toEqual([HOOK_FINALIZER]);
    expect(status?.gitee).toEqual({
      installation: ARGOCD,
      hooks: [
        {
          id: hook.id,
          robot: `${HOOK_TEAM}/robot`,
          baseUrl: hooks.gitee.url,
          repository: HOOK_REPOSITORY,
        },
      ],
    });
    const ca = readFileSync(hooks.stage.dingtalk.caFile, 'utf8');
    const answer = await sendEvent(hook, { event: 'Push Hook', payload: {} }, { ca });
    expect(JSON.parse(answer.text)).toMatchObject({ errcode: 0 });
    await hooks.stage.conditions('nsub', HOOK_TEAM, HOOK_SUBSCRIPTION.name, { Ready: 'True/Ready' });
  });

  it('is repaired after an edit by hand, of which an event tells, and made again after a deletion', async () => {
    await hooks.stage.apply(hooks.subscription());
    await hooks.hooked();
    const id = hooks.repository.hooks[0]?.id as number;
    const looks = hooks.gitee.requests.length;
    await untilTrue('another look', () => expect(hooks.gitee.requests.length).toBeGreaterThan(looks + 1));
    hooks.repository.changeHook(id, { url: 'https://elsewhere.example.com/' });
    await untilTrue('the repair', () =>
      expect(hooks.repository.hooks[0]?.url).toBe(hooks.robot.fake.webhookUrl),
    );
    await untilTrue('the event', async () => expect(await hooks.events()).toContain('GiteeHookRepaired'));
    hooks.repository.removeHook(id);
    await untilTrue('another hook', async () => {
      expect(hooks.repository.hooks.map((hook) => hook.id)).toEqual([expect.any(Number)]);
      expect((await hooks.stored()).status?.gitee?.hooks?.[0]?.id).toBe(hooks.repository.hooks[0]?.id);
    });
  });

  it('changes with the credentials of the robot, and with the token of Gitee', async () => {
    await hooks.stage.apply(hooks.subscription());
    await hooks.hooked();
    const former = hooks.robot;
    await hooks.replaceRobot();
    await untilTrue('the change', () =>
      expect(hooks.repository.hooks).toMatchObject([
        { url: hooks.robot.fake.webhookUrl, password: hooks.robot.credentials.secret },
      ]),
    );
    expect(hooks.robot.fake.webhookUrl).not.toBe(former.fake.webhookUrl);
    hooks.repository.revoke(HOOK_TOKEN);
    await hooks.hooked(HOOK_SUBSCRIPTION.name, 'False/GiteeUnauthorized');
    hooks.repository.admit('other-token-of-the-team');
    await hooks.stage.apply(hooks.tokenSecret('other-token-of-the-team'));
    await hooks.hooked();
  });

  it('is removed exactly: beside that of another subscription, and those of people', async () => {
    const before = hooks.repository.addHook({ url: hooks.robot.fake.webhookUrl });
    const other = { namespace: HOOK_TEAM, name: 'other' };
    await hooks.stage.apply(hooks.subscription(), hooks.subscription(other));
    await Promise.all([hooks.hooked(), hooks.hooked(other.name)]);
    const after = hooks.repository.addHook({ url: hooks.robot.fake.webhookUrl });
    expect(hooks.repository.hooks.length).toBe(4);
    const [ofOther] = (await hooks.stored(other.name)).status?.gitee?.hooks ?? [];
    await hooks.stage.remove('nsub', HOOK_TEAM, HOOK_SUBSCRIPTION.name);
    await hooks.gone();
    expect(hooks.repository.hooks.map(({ id }) => id).sort()).toEqual(
      [before.id, ofOther?.id, after.id].sort(),
    );
  });

  it('goes while the subscription is suspended', async () => {
    await hooks.stage.apply(hooks.subscription());
    await hooks.hooked();
    await hooks.stage.apply(hooks.subscription(HOOK_SUBSCRIPTION, {}, { suspend: true }));
    await untilTrue('the hook to be gone', async () => {
      expect(hooks.repository.hooks).toEqual([]);
      expect((await hooks.stored()).metadata.finalizers).toBeUndefined();
    });
    await hooks.stage.apply(hooks.subscription());
    await hooks.hooked();
    expect(hooks.repository.hooks.length).toBe(1);
  });

  it('is found among 300', async () => {
    for (let each = 0; each < 300; each++) hooks.repository.addHook({ url: `https://example.com/${each}` });
    await hooks.stage.apply(hooks.subscription());
    await hooks.hooked();
    expect(hooks.repository.hooks.length).toBe(301);
    expect(hooks.gitee.requests.map(({ page }) => page)).toContain(4);
  });
});

it('the hook of a subscription with delivery Relay leads to the relay, with a key that is in no Secret', async () => {
  await hooks.stage.restartOperator({
    ...hooks.fields({ publicURL: 'https://hooks.example.com' }),
    relay: { url: 'http://relay:8080' },
  });
  try {
    await hooks.stage.apply(hooks.subscription(HOOK_SUBSCRIPTION, { delivery: 'Relay' }));
    await hooks.hooked();
    const [hook] = hooks.repository.hooks;
    expect(hook).toMatchObject({
      url: `https://hooks.example.com/gitee/${HOOK_TEAM}/${HOOK_SUBSCRIPTION.name}`,
      encryptionType: 1,
    });
    const { data } = await hooks.stage.get<KubernetesResource>('secret', ARGOCD, 'argocd-dingtalk-gitee');
    const key = Buffer.from(data?.key ?? '', 'base64').toString();
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(hook?.password).toMatch(/^[\w-]{43}$/);
    expect(hook?.password).not.toBe(key);
    expect(hooks.stage.operatorOutput()).not.toContain(key);
    await hooks.stage.remove('nsub', HOOK_TEAM, HOOK_SUBSCRIPTION.name);
    await hooks.gone();
    expect(hooks.repository.hooks).toEqual([]);
  } finally {
    await hooks.stage.restartOperator(hooks.fields());
  }
});
