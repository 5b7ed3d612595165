import type { Finding } from '../api/finding.ts';
import type { Mentions } from '../api/types.generated.ts';
import { memoised } from '../lib/memo.ts';
import { type BodyPart, MAX_BODY_BYTES, measureBody } from '../template/go/compile.ts';
import type { BodyScope } from '../template/go/context.ts';
import { usesAppUrl } from '../template/go/specialise.ts';
import { type Demands, type FinishedField, finishFields } from './additions.ts';
import type { ParsedMessage } from './parse.ts';
import { type UrlProblem, urlProblem } from './url-field.ts';

/** A message for one event and one robot. */
export interface MessageRequest {
  readonly message: ParsedMessage;
  readonly scope: BodyScope;
  readonly demands: Demands;
}

/** The parts of a body, or the reason why there is no body. */
export type MessageParts =
  | { readonly ok: true; readonly parts: readonly BodyPart[]; readonly scope: BodyScope }
  | { readonly ok: false; readonly finding: Finding };

/** Distinguishes requests. */
export const requestKey = ({ message, scope, demands }: MessageRequest): string =>
  JSON.stringify([message.key, scope, demands]);

/**
 * The whole JSON body of a message for Argo CD's `webhook.<service>.body`, as DingTalk wants it
 * (https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages). Whatever the Application, it renders to
 * at most 20 000 bytes of valid JSON that contain a keyword and mention nobody else.
 */
export const messageParts = memoised<MessageRequest, MessageParts>(judge, requestKey, 16 * 2 ** 20);

function judge({ message, scope, demands }: MessageRequest): MessageParts {
  const fields = finishFields(message, demands, scope);
  for (const field of fields.filter(({ escape: mode }) => mode === 'url')) {
    const problem = urlProblem(field.nodes, scope, field.isRequired);
    if (problem) return { ok: false, finding: urlFinding(field, problem) };
  }
  const parts = partsOf(message, fields, demands.at);
  const { isTooLong, fixedBytes, maxFixedBytes } = measureBody(parts, scope);
  return isTooLong ? { ok: false, finding: tooLong(fixedBytes, maxFixedBytes) } : { ok: true, parts, scope };
}

/** The URL was valid when the template was read, with the template's own params and a known URL of Argo CD. */
function urlFinding({ path, nodes }: FinishedField, problem: UrlProblem): Finding {
  const field = `spec.message.${path}`;
  if (problem.kind === 'empty' && usesAppUrl(nodes)) {
    const message =
      `${field}: the link leads to Argo CD, whose URL is not known, and DingTalk requires a URL in such a message. ` +
      "Ask the platform team to set argocd.url in the operator's configuration, or url in argocd-cm.";
    return { reason: 'NoArgoCDURL', message };
  }
  const what = {
    empty: 'the URL can be empty, and DingTalk refuses such a message',
    scheme: 'the URL does not begin with https://, http:// or dingtalk://',
    character: 'the URL contains a character that is not allowed in a URL',
  }[problem.kind];
  return { reason: 'InvalidTemplate', message: `${field}: with the event's params, ${what}.` };
}

const tooLong = (bytes: number, max: number): Finding => ({
  reason: 'MessageTooLong',
  message:
    `spec.message: the fixed text has ${bytes} bytes, and ${max} bytes are allowed. DingTalk accepts messages of up to ` +
    `${MAX_BODY_BYTES} bytes, and the values need the rest. Shorten the fixed text.`,
});

function partsOf(message: ParsedMessage, fields: readonly FinishedField[], at: Mentions): BodyPart[] {
  const part = (path: string): BodyPart[] => {
    const field = fields.find((each) => each.path === `${message.kind}.${path}`);
    if (!field) throw new Error(`the message has no ${path}`);
    return ['"', { template: { nodes: field.nodes }, escape: field.escape }, '"'];
  };
  const has = (path: string): boolean => fields.some((each) => each.path === `${message.kind}.${path}`);
  const content = CONTENT[message.kind](part, has, message);
  return [`{"msgtype":"${message.kind}","${message.kind}":{`, ...content, `}${mentions(at)}}`];
}

type Part = (path: string) => BodyPart[];
type Content = (part: Part, has: (path: string) => boolean, message: ParsedMessage) => BodyPart[];

/**
 * DingTalk's own names, whose capital letters differ from kind to kind. The text comes last: it may fill the room
 * that the other fields have left.
 */
const CONTENT: Readonly<Record<ParsedMessage['kind'], Content>> = {
  markdown: (part) => ['"title":', ...part('title'), ',"text":', ...part('text')],
  text: (part) => ['"content":', ...part('content')],
  link: (part, has) => [
    '"title":',
    ...part('title'),
    ',"messageUrl":',
    ...part('url'),
    ...(has('pictureUrl') ? [',"picUrl":', ...part('pictureUrl')] : []),
    ',"text":',
    ...part('text'),
  ],
  actionCard: (part, has, { isHorizontal }) => [
    '"title":',
    ...part('title'),
    `,"btnOrientation":"${isHorizontal ? 1 : 0}",`,
    ...(has('buttons[1].title')
      ? ['"btns":[', ...list('buttons', { title: 'title', url: 'actionURL' }, part, has), ']']
      : ['"singleTitle":', ...part('buttons[0].title'), ',"singleURL":', ...part('buttons[0].url')]),
    ',"text":',
    ...part('text'),
  ],
  feedCard: (part, has) => [
    '"links":[',
    ...list('links', { title: 'title', url: 'messageURL', pictureUrl: 'picURL' }, part, has),
    ']',
  ],
};

function list(
  name: string,
  names: Readonly<Record<string, string>>,
  part: Part,
  has: (path: string) => boolean,
): BodyPart[] {
  const items: BodyPart[] = [];
  for (let index = 0; has(`${name}[${index}].title`); index++) {
    const fields = Object.entries(names).flatMap(([field, key], place) => [
      `${place === 0 ? '' : ','}"${key}":`,
      ...part(`${name}[${index}].${field}`),
    ]);
    items.push(index === 0 ? '{' : ',{', ...fields, '}');
  }
  return items;
}

/** Mentions exactly the given people; the CRD keeps quotes out of numbers and ids. */
function mentions({ mobiles = [], userIds = [], all = false }: Mentions): string {
  if (mobiles.length === 0 && userIds.length === 0 && !all) return '';
  return `,"at":${JSON.stringify({ atMobiles: mobiles, atUserIds: userIds, isAtAll: all })}`;
}
