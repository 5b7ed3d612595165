import type { GiteeSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { GITEE_EVENTS } from '../../gitee/events.ts';
import type { HookSwitches } from '../../gitee/hook.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { WantedHook } from '../model/gitee.ts';
import type { ResolvedGiteeSubscription } from '../model/resolved.ts';
import { giteeEventKind } from './events.ts';
import { baseUrlOf, isNative } from './repository.ts';

/**
 * The hooks of a subscription that is accepted: one of the relay, or one for each robot that Gitee sends to. `keep` as long as the
 * credentials of one of those are not known.
 */
export const wantedHooks = (subscription: ResolvedGiteeSubscription): Hooks =>
  hooks.get(subscription, [], () => hooksFor(subscription));

type Hooks = 'keep' | readonly WantedHook[];

const hooks = new ObjectMemo<ResolvedGiteeSubscription, Hooks>();

function hooksFor({ cr, robots }: ResolvedGiteeSubscription): Hooks {
  const hook = commonHook(cr);
  if (!isNative(cr)) return [hook];
  const all = robots.flatMap(({ cr: robot, credential }): WantedHook[] =>
    credential ? [{ ...hook, robot: { key: resourceKey(robot), credential } }] : [],
  );
  return all.length < robots.length ? 'keep' : all;
}

function commonHook(cr: GiteeSubscription): WantedHook {
  const { gitee, events } = cr.spec;
  const used = new Set(events.map(({ trigger }) => giteeEventKind(trigger)?.hookSwitch));
  const switches = Object.values(GITEE_EVENTS).map(({ hookSwitch }) => [hookSwitch, used.has(hookSwitch)]);
  return {
    subscription: cr,
    baseUrl: baseUrlOf(gitee),
    repository: gitee.repository,
    token: gitee.token.secretKeyRef,
    // The triggers have all switches.
    switches: Object.fromEntries(switches) as HookSwitches,
  };
}
