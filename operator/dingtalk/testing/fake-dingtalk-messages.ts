import { answers } from './fake-dingtalk-answers.ts';
import type { Answer } from './fake-dingtalk-types.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Required text fields of each message type, in the odd capitalisation DingTalk wants. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  text: ['content'],
  link: ['title', 'text', 'messageUrl'],
  markdown: ['title', 'text'],
  actionCard: ['title', 'text'],
  feedCard: [],
};

/** What a receiver reads of each type, where keywords are looked for; a feedCard has only its links' titles. */
const READABLE: Readonly<Record<string, readonly string[]>> = {
  text: ['content'],
  link: ['title', 'text'],
  markdown: ['title', 'text'],
  actionCard: ['title', 'text'],
};

/** Finds what is wrong with a message's shape: the first missing or malformed field, if there is one. */
export function messageProblem(body: unknown): Answer | undefined {
  if (!isObject(body)) return answers.missing('json');
  const type = body.msgtype;
  if (type === undefined) return answers.missing('msgtype');
  if (typeof type !== 'string' || !Object.hasOwn(REQUIRED, type)) return answers.unknownMessageType;
  const content = body[type];
  if (content === undefined) return answers.missing(type);
  if (!isObject(content)) return answers.malformed(type);
  return (
    textProblem(content, REQUIRED[type] ?? [], type) ??
    (type === 'actionCard' ? actionCardProblem(content) : undefined) ??
    (type === 'feedCard'
      ? listProblem(content, 'links', ['title', 'messageURL', 'picURL'], type)
      : undefined) ??
    (type === 'link' ? optionalText(content, 'picUrl', type) : undefined) ??
    mentionProblem(body.at)
  );
}

/** All text of a well-formed message in which a keyword counts. */
export function readableText(body: unknown): string {
  if (!isObject(body) || typeof body.msgtype !== 'string') return '';
  const content = body[body.msgtype];
  if (!isObject(content)) return '';
  const links = Array.isArray(content.links) ? content.links.filter(isObject).map((link) => link.title) : [];
  return [...(READABLE[body.msgtype] ?? []).map((field) => content[field]), ...links].join('\n');
}

function actionCardProblem(card: Fields): Answer | undefined {
  const { btnOrientation } = card;
  if (btnOrientation !== undefined && btnOrientation !== '0' && btnOrientation !== '1') {
    return answers.malformed('actionCard.btnOrientation');
  }
  const single = card.singleTitle !== undefined || card.singleURL !== undefined;
  return single
    ? textProblem(card, ['singleTitle', 'singleURL'], 'actionCard')
    : listProblem(card, 'btns', ['title', 'actionURL'], 'actionCard');
}

function listProblem(
  content: Fields,
  list: string,
  fields: readonly string[],
  path: string,
): Answer | undefined {
  const entries = content[list];
  const name = `${path}.${list}`;
  if (entries === undefined) return answers.missing(name);
  if (!Array.isArray(entries)) return answers.malformed(name);
  if (entries.length === 0) return answers.missing(name);
  for (const entry of entries) {
    if (!isObject(entry)) return answers.malformed(name);
    const problem = textProblem(entry, fields, name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function mentionProblem(at: unknown): Answer | undefined {
  if (at === undefined) return undefined;
  if (!isObject(at)) return answers.malformed('at');
  for (const field of ['atMobiles', 'atUserIds']) {
    const list = at[field];
    const wellFormed =
      list === undefined || (Array.isArray(list) && list.every((entry) => typeof entry === 'string'));
    if (!wellFormed) return answers.malformed(`at.${field}`);
  }
  if (at.isAtAll !== undefined && typeof at.isAtAll !== 'boolean') return answers.malformed('at.isAtAll');
  return undefined;
}

function textProblem(content: Fields, fields: readonly string[], path: string): Answer | undefined {
  for (const field of fields) {
    const value = content[field];
    if (value === undefined || value === null || value === '') return answers.missing(`${path}.${field}`);
    if (typeof value !== 'string') return answers.malformed(`${path}.${field}`);
  }
  return undefined;
}

function optionalText(content: Fields, field: string, path: string): Answer | undefined {
  const value = content[field];
  return value === undefined || typeof value === 'string' ? undefined : answers.malformed(`${path}.${field}`);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
