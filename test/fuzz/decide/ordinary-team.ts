import type { GiteeSubscription } from '../../../operator/api/kinds.ts';
import type { CredentialSecret } from '../../../operator/core/model/snapshot.ts';
import {
  found,
  giteeSubscription,
  robot,
  SECRET,
  subscription,
  template,
} from '../../../operator/core/testing/fixtures.ts';
import { GITEE_EVENTS } from '../../../operator/gitee/events.ts';
import type { Random } from '../random.ts';
import type { AnyResource } from './resources.ts';
import { goodMessage, NAMES, textFor } from './texts.ts';

/** What a team has that is like most teams, until something happens to it. */
export interface OrdinaryTeam {
  readonly resources: readonly AnyResource[];
  readonly secret: readonly [string, CredentialSecret];
}

/** Random resources are seldom live all together; those of such a team are, so that neighbours are seen at work. */
export function ordinaryTeam(namespace: string, random: Random): OrdinaryTeam {
  const name = random.pick(NAMES.slice(0, 4));
  const where = { namespace, name, creationTimestamp: '2026-11-23T07:00:00Z' };
  const webhook = { secretKeyRef: { name, key: 'webhook' } };
  const token = random.many(64, 64, () => random.int(0, 15).toString(16)).join('');
  const names = ['e0', 'e1', 'e2', 'e3', 'e4', 'e5'].slice(0, random.int(1, 6));
  const events = names.map((event) => ({
    name: event,
    ...(random.chance(0.3)
      ? { when: textFor('when', random, true) }
      : { trigger: textFor('trigger', random, true) }),
    ...(random.chance(0.5) && { template: { name } }),
  }));
  const spec = {
    robots: [{ name }],
    applications: random.pick([
      { all: true },
      { projects: ['x-1'] },
      { names: ['a-*'] },
      { namespaces: [namespace] },
    ]),
    events,
  };
  return {
    resources: [
      robot(where, {
        webhook,
        signing: { secretKeyRef: { name, key: 'secret' } },
        ...(random.chance(0.5) && { sharedWith: { namespaces: ['*'] } }),
      }),
      { ...template(where, ''), spec: { message: { text: { content: goodMessage(random, 2_000) } } } },
      subscription(where, spec as never),
      ...(random.chance(0.5) ? [toGitee({ ...where, name: `${name}-gitee` }, name, random)] : []),
    ],
    secret: [
      `${namespace}/${name}`,
      found({ webhook: token, secret: SECRET.replace('0', random.pick([...'123'])) }),
    ],
  };
}

function toGitee(
  where: Parameters<typeof giteeSubscription>[0],
  robotName: string,
  random: Random,
): GiteeSubscription {
  const triggers = Object.keys(GITEE_EVENTS).filter(() => random.chance(0.5));
  return giteeSubscription(where, {
    robots: [{ name: robotName }],
    gitee: {
      ...(random.chance(0.3) && { delivery: 'Native' }),
      ...(random.chance(0.3) && { branches: ['main'] }),
    },
    events: [{ trigger: 'gitee-push', name: 'first' }, ...triggers.map((trigger) => ({ trigger }))],
  });
}
