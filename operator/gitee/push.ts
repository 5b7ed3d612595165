import { own } from '../lib/own.ts';
import type { GiteeTrigger } from './events.ts';
import { lineOf, listOf, objectOf, quantityOf, readItems } from './hostile-values.ts';
import { pageUrl } from './page-url.ts';
import { commit, GITEE_LIMITS } from './shapes.ts';
import type { ToldByBody } from './told.ts';

type Body = Readonly<Record<string, unknown>>;

/** Git's name for "nothing": the hash before a creation and after a deletion. */
const NOTHING = /^0{40,64}$/;

/** A push to a branch, or to a tag; undefined if the body does not say which. */
export function toldOfPush(body: Body, baseUrl: string, expected: GiteeTrigger): ToldByBody | undefined {
  const ref = lineOf(own(body, 'ref'), REF_CHARACTERS);
  if (ref === undefined) return undefined;
  const [, kind, short] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? [];
  const isTag = kind === undefined ? expected === 'gitee-tag' : kind === 'tags';
  const name = short ?? ref;
  const common = commonFields(body, ref, baseUrl);
  const changed = changeOf(body, common);
  const pageOfCommit = common.head_commit?.url as string | undefined;
  if (isTag) {
    const action = changed === 'delete' ? 'delete' : 'create';
    const root = { action, name, ...common };
    return {
      trigger: 'gitee-tag',
      action,
      tag: name,
      subject: `tag ${name}`,
      url: pageOfCommit,
      roots: { tag: root },
    };
  }
  const compare = pageUrl(own(body, 'compare'), baseUrl);
  const push = {
    action: changed,
    branch: name,
    compare,
    ...commitsOf(body, common.after, baseUrl),
    ...common,
  };
  // A comparison with nothing is an empty page.
  const url = changed === 'push' ? compare : pageOfCommit;
  return {
    trigger: 'gitee-push',
    action: changed,
    branch: name,
    subject: `branch ${name}`,
    url,
    roots: { push },
  };
}

/** Git itself has no limit; file systems do. */
const REF_CHARACTERS = 500;

function commonFields(body: Body, ref: string, baseUrl: string) {
  const hash = (name: string) => lineOf(own(body, name), GITEE_LIMITS.word);
  return {
    ref,
    before: hash('before'),
    after: hash('after'),
    head_commit: commit(own(body, 'head_commit'), baseUrl),
  };
}

function changeOf(
  body: Body,
  { before = '', after = '' }: { readonly before?: string | undefined; readonly after?: string | undefined },
): 'push' | 'create' | 'delete' {
  if (own(body, 'deleted') === true || NOTHING.test(after)) return 'delete';
  return own(body, 'created') === true || NOTHING.test(before) ? 'create' : 'push';
}

/** The newest commits, in the order of the payload. */
function commitsOf(body: Body, after: string | undefined, baseUrl: string) {
  const all = listOf(own(body, 'commits'));
  const isNewestFirst = all.length > 1 && own(objectOf(all[0]), 'id') === after;
  const newest = isNewestFirst ? all.slice(0, GITEE_LIMITS.items) : all.slice(-GITEE_LIMITS.items);
  const commits = readItems(newest, GITEE_LIMITS.items, (each) => commit(each, baseUrl));
  const total = Math.max(quantityOf(own(body, 'total_commits_count')) ?? 0, all.length);
  return { commits, total_commits_count: total, more_commits_count: total - commits.length };
}
