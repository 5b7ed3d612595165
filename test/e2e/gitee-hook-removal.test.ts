import { describe, expect, it } from 'vitest';
import { namespace } from '../../operator/api/testing/manifests.ts';
import {
  giteeHookStage,
  HOOK_REPOSITORY,
  HOOK_SUBSCRIPTION,
  HOOK_TEAM,
  HOOK_TOKEN,
  untilTrue,
} from '../support/gitee-hook-stage.ts';
import { realRobot } from '../support/team.ts';

const hooks = giteeHookStage();

/** There is no controller of namespaces here: Secrets go first, as it does it. */
async function endNamespace(name: string): Promise<void> {
  const kinds = 'dingtalkrobots,notificationsubscriptions';
  await hooks.stage.cp.kubectl(['delete', 'namespace', name, '--wait=false']);
  await hooks.stage.cp.kubectl(['delete', 'secrets', '--all', '-n', name]);
  await hooks.stage.cp.kubectl(['delete', kinds, '--all', '-n', name, '--wait=false']);
}

describe('a process that is killed', () => {
  it('between the creation of a hook and its record leaves one hook', async () => {
    const created = Promise.withResolvers<void>();
    hooks.gitee.onCreated(() => {
      created.resolve();
      // The answer never comes.
      return new Promise(() => undefined);
    });
    await hooks.stage.apply(hooks.subscription());
    await created.promise;
    hooks.stage.operator().signal('SIGKILL');
    await hooks.stage.operator().exited;
    hooks.gitee.onCreated(undefined);
    expect((await hooks.stored()).status?.gitee?.hooks).toEqual([
      expect.objectContaining({
        afterId: expect.any(Number),
        urlHash: expect.stringMatching(/^[0-9a-f]{16}$/),
      }),
    ]);
    await hooks.stage.restartOperator(hooks.fields());
    await untilTrue('the record', async () =>
      expect((await hooks.stored()).status?.gitee?.hooks?.[0]?.id).toBe(hooks.repository.hooks[0]?.id),
    );
    expect(hooks.repository.hooks.length).toBe(1);
  });
});

describe('a subscription that is deleted', () => {
  it('goes at once if the token is gone, and an event names the hook', async () => {
    await hooks.stage.apply(hooks.subscription());
    await hooks.hooked();
    const [hook] = hooks.repository.hooks;
    await hooks.stage.remove('secret', HOOK_TEAM, 'gitee');
    await hooks.stage.remove('nsub', HOOK_TEAM, HOOK_SUBSCRIPTION.name);
    await hooks.gone(HOOK_SUBSCRIPTION.name, 5_000);
    await untilTrue('the event', async () =>
      expect(await hooks.events()).toContain(
        `${hooks.gitee.host}: the hook ${hook?.id} stays in the repository ${HOOK_REPOSITORY}`,
      ),
    );
    expect(hooks.repository.hooks.length).toBe(1);
  });

  it('with its namespace, while Gitee is away, is gone in time', async () => {
    await hooks.stage.restartOperator(hooks.fields({ giveUpAfter: '5s' }));
    const ending = 'ending-team';
    const where = { namespace: ending, name: 'shop' };
    const there = realRobot(hooks.stage.dingtalk, { namespace: ending, name: 'robot' });
    await hooks.stage.apply(
      namespace(ending),
      ...there.manifests,
      hooks.tokenSecret(HOOK_TOKEN, { namespace: ending, name: 'gitee' }),
      hooks.subscription(where),
    );
    await hooks.stage.conditions('nsub', ending, 'shop', { Hooked: 'True/Hooked' });
    const [hook] = hooks.repository.hooks;
    hooks.gitee.obstruct('cut');
    await endNamespace(ending);
    const isGone = () => expect(hooks.stage.get('nsub', ending, 'shop')).rejects.toThrow(/NotFound/);
    await untilTrue('the subscription to be gone', isGone, 20_000);
    await untilTrue('the event', async () =>
      expect(await hooks.events('default')).toContain(
        `the hook ${hook?.id} stays in the repository ${HOOK_REPOSITORY}`,
      ),
    );
    await hooks.stage.restartOperator(hooks.fields());
  });

  it('with its namespace, while Gitee is there, leaves no hook, although its Secret went first', async () => {
    const ending = 'leaving-team';
    const there = realRobot(hooks.stage.dingtalk, { namespace: ending, name: 'robot' });
    await hooks.stage.apply(
      namespace(ending),
      ...there.manifests,
      hooks.tokenSecret(HOOK_TOKEN, { namespace: ending, name: 'gitee' }),
      hooks.subscription({ namespace: ending, name: 'shop' }),
    );
    await hooks.stage.conditions('nsub', ending, 'shop', { Hooked: 'True/Hooked' });
    await endNamespace(ending);
    await untilTrue('the subscription to be gone', () =>
      expect(hooks.stage.get('nsub', ending, 'shop')).rejects.toThrow(/NotFound/),
    );
    expect(hooks.repository.hooks).toEqual([]);
  });
});
