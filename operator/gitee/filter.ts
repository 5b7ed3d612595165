import { globMatches } from '../lib/glob.ts';
import type { GiteeEvent } from './payload.ts';

/** What a subscription wants to hear of; an absent or empty list means everything. */
export interface GiteeFilter {
  /** Globs: of a push, and of the target branch of a pull request and of a comment on it. */
  readonly branches?: readonly string[] | undefined;
  /** Globs, for the name of a tag. */
  readonly tags?: readonly string[] | undefined;
  /** Of the event's trigger. */
  readonly actions?: readonly string[] | undefined;
}

/**
 * Whether an event is wanted. An event that should have a branch and names none is not of a wanted branch. The time is the number of
 * globs times the length of a name, since a glob never goes back beyond its last `*`.
 */
export function isWanted(
  event: GiteeEvent,
  { branches = [], tags = [], actions = [] }: GiteeFilter,
): boolean {
  if (actions.length > 0 && !actions.includes(event.action)) return false;
  if (event.trigger === 'gitee-tag') return matches(tags, event.tag);
  return hasBranch(event) ? matches(branches, event.branch) : true;
}

const matches = (globs: readonly string[], name: string | undefined): boolean =>
  globs.length === 0 || (name !== undefined && globs.some((glob) => globMatches(glob, name)));

const hasBranch = ({ trigger, action }: GiteeEvent): boolean =>
  trigger === 'gitee-push' ||
  trigger === 'gitee-pull-request' ||
  (trigger === 'gitee-comment' && action === 'pull-request');
