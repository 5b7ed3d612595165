/**
 * The body of a Gitee webhook → an event. Every value of a body may be hostile: hostile-values.ts and page-url.ts read single
 * values, shapes.ts, push.ts, tickets.ts and note.ts the parts of a body, and fields.ts lists the fields that remain.
 */

import { own } from '../lib/own.ts';
import type { GiteeTrigger } from './events.ts';
import { filled, objectOf } from './hostile-values.ts';
import { toldOfNote } from './note.ts';
import { toldOfPush } from './push.ts';
import { firstRead, person, repository } from './shapes.ts';
import { toldOfIssue, toldOfPullRequest } from './tickets.ts';
import type { ToldByBody } from './told.ts';

/** Something that happened in a repository of Gitee. */
export interface GiteeEvent {
  readonly trigger: GiteeTrigger;
  /** One of `GITEE_EVENTS[trigger].actions`. */
  readonly action: string;
  /** Of a push; the target branch of a pull request, and of a comment on it. */
  readonly branch?: string;
  readonly tag?: string;
  readonly repository: { readonly fullName: string; readonly url?: string };
  /**
   * What the event is about: `branch main`, `tag v1`, `issue I4ABC`, `pull request 12`, `commit abc`, `repository`; 200 characters at
   * most. Events with the same subject stay in order.
   */
  readonly subject: string;
  /** The page of the subject. */
  readonly url?: string;
  /** The document that templates read: {@link GITEE_FIELDS} without those that have no value. */
  readonly roots: Readonly<Record<string, unknown>>;
}

/** A body that Gitee sends to try a hook out. */
export interface GiteePing {
  readonly kind: 'ping';
}

type Body = Readonly<Record<string, unknown>>;

const READERS: Readonly<Record<string, (body: Body, baseUrl: string) => ToldByBody | undefined>> = {
  push_hooks: (body, baseUrl) => toldOfPush(body, baseUrl, 'gitee-push'),
  tag_push_hooks: (body, baseUrl) => toldOfPush(body, baseUrl, 'gitee-tag'),
  issue_hooks: toldOfIssue,
  merge_request_hooks: toldOfPullRequest,
  note_hooks: toldOfNote,
};

/**
 * Reads the parsed body of a webhook. The result is bounded, whatever the body, and the work is proportional to the length of the
 * texts in it.
 * @param baseUrl of the Gitee that the hook belongs to, such as `https://gitee.com`: links to other places are left out
 * @returns undefined for a body that is not of an event of Gitee
 */
export function readGiteeEvent(body: unknown, baseUrl: string): GiteeEvent | GiteePing | undefined {
  const given = objectOf(body);
  const hookName = own(given, 'hook_name');
  if (typeof hookName !== 'string') return undefined;
  // The header X-Gitee-Ping says it for certain; such a body may also be that of an event.
  if (/^ping(_hooks?)?$/.test(hookName)) return { kind: 'ping' };
  const found = own(READERS, hookName)?.(given, baseUrl);
  const where = repository(given, baseUrl);
  if (!found || !where) return undefined;
  const { trigger, action, branch, tag, subject, url, roots } = found;
  const sender = firstRead(given, ['sender', 'updated_by', 'user', 'author', 'pusher'], (each) =>
    person(each, baseUrl),
  );
  return {
    trigger,
    action,
    ...(branch !== undefined && { branch }),
    ...(tag !== undefined && { tag }),
    repository: { fullName: where.full_name, url: where.html_url },
    subject: subject.slice(0, SUBJECT_UNITS).toWellFormed(),
    ...(url !== undefined && { url }),
    roots: withoutGaps({ ...roots, repository: where, sender }),
  };
}

const SUBJECT_UNITS = 200;

/** The roots without fields that have no value. */
function withoutGaps(roots: Body): Body {
  const read = Object.entries(roots).map(([name, root]) => [name, root && filled(objectOf(root))] as const);
  return filled(Object.fromEntries(read)) ?? {};
}
