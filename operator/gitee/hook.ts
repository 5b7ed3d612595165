import { createHash } from 'node:crypto';
import type { GITEE_EVENTS } from './events.ts';

/** A switch of a hook: Gitee posts the events of its group if it is on. */
export type HookSwitch = (typeof GITEE_EVENTS)[keyof typeof GITEE_EVENTS]['hookSwitch'];

/** All switches of a hook. */
export type HookSwitches = Readonly<Record<HookSwitch, boolean>>;

/** The switches, in Gitee's words. */
export const HOOK_SWITCHES: readonly HookSwitch[] = [
  'push_events',
  'tag_push_events',
  'issues_events',
  'merge_requests_events',
  'note_events',
];

/** A hook as it should be. Secret: the URL of a robot has its token. */
export interface DeclaredHook {
  readonly url: string;
  /** The key by which Gitee signs; undefined: Gitee signs nothing. */
  readonly signingKey: string | undefined;
  readonly switches: HookSwitches;
}

/** A hook as Gitee has it. Secret: Gitee gives the password in clear. */
export interface FoundHook {
  /** Ids only grow. */
  readonly id: number;
  readonly url: string;
  readonly password: string;
  readonly switches: HookSwitches;
}

/**
 * What Gitee said of a hook after this process had written it. Gitee may not tell a signing key as it was written: then a
 * comparison with the key would find a difference for ever.
 */
export interface ReadBack {
  readonly signingKey: string | undefined;
  readonly password: string;
}

/** Whether nothing of a hook has to be written. Gitee does not say whether a hook signs or sends its password. */
export function isAsDeclared(
  found: FoundHook,
  declared: DeclaredHook,
  written: ReadBack | undefined,
): boolean {
  const { signingKey } = declared;
  const isKeyRight =
    found.password === (signingKey ?? '') ||
    (written?.signingKey === signingKey && written?.password === found.password);
  return (
    isKeyRight &&
    found.url === declared.url &&
    HOOK_SWITCHES.every((each) => found.switches[each] === declared.switches[each])
  );
}

/**
 * Sixteen hex digits that identify a URL in a status, which everybody may read. They reveal nothing about the token in the
 * URL, which has 64 digits.
 */
export const urlHash = (url: string): string => createHash('sha256').update(url).digest('hex').slice(0, 16);
