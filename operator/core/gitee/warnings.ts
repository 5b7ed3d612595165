import type { Finding } from '../../api/finding.ts';
import type { GiteeSubscription } from '../../api/kinds.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import { nameFor } from '../resolve/sharing.ts';
import { nativeWarnings, robotPath } from './native.ts';
import { isNative } from './repository.ts';

/** What the author should know about a subscription that is accepted all the same. */
export const giteeWarnings = (cr: GiteeSubscription, robots: readonly ResolvedRobot[]): Finding[] => [
  ...idleFilters(cr),
  ...referencesInFilters(cr),
  ...separateBudgets(cr, robots),
  ...nativeWarnings(cr, robots),
];

/** The triggers whose events have a branch or a tag; of comments, only those on pull requests do. */
const FILTERED = {
  branches: ['gitee-push', 'gitee-pull-request', 'gitee-comment'],
  tags: ['gitee-tag'],
} as const;
const FIELDS = ['branches', 'tags'] as const;

function idleFilters({ spec }: GiteeSubscription): Finding[] {
  return FIELDS.flatMap((field): Finding[] => {
    if (spec.gitee[field] === undefined) return [];
    const triggers: readonly string[] = FILTERED[field];
    const isUsed = spec.events.some(
      ({ trigger = '', actions }) =>
        triggers.includes(trigger) &&
        (trigger !== 'gitee-comment' || (actions?.includes('pull-request') ?? true)),
    );
    if (isUsed) return [];
    const message =
      `spec.gitee.${field}: no event of the subscription has a ${field === 'tags' ? 'tag' : 'branch'}, so the field has no effect. ` +
      `Remove the field, or add an event: ${triggers.join(', ')}.`;
    return [{ reason: 'FilterWithoutEffect', message }];
  });
}

/** Filters see the names as people know them. */
const PREFIXES = { branches: 'refs/heads/', tags: 'refs/tags/' } as const;

function referencesInFilters({ spec }: GiteeSubscription): Finding[] {
  return FIELDS.flatMap((field) =>
    (spec.gitee[field] ?? []).flatMap((pattern, index): Finding[] => {
      const prefix = PREFIXES[field];
      if (!pattern.startsWith(prefix)) return [];
      const message =
        `spec.gitee.${field}[${index}]: the filter sees names without ${prefix}, so the pattern matches nothing. Write ` +
        `${pattern.slice(prefix.length) || '*'}.`;
      return [{ reason: 'FilterWithoutEffect', message }];
    }),
  );
}

/** The relay counts only what it sends itself. */
function separateBudgets(subscription: GiteeSubscription, robots: readonly ResolvedRobot[]): Finding[] {
  if (isNative(subscription)) return [];
  return robots
    .filter(({ isRelayed }) => !isRelayed)
    .map(({ cr }) => {
      const name = nameFor(subscription.metadata.namespace, cr.metadata);
      const message =
        `${robotPath(subscription, cr)}: the relay sends the messages of this subscription, and Argo CD sends the others of DingTalkRobot ${name} ` +
        'directly. Nobody counts both, so together they can be more than the 20 messages that DingTalk accepts in a minute. ' +
        'Set spec.delivery of the robot to Relay, or use another robot of the group.';
      return { reason: 'SeparateBudgets', message };
    });
}
