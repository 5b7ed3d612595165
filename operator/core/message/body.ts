import type { Mentions } from '../../api/types.generated.ts';
import { type BodyPart, compileBody } from '../../template/go/body.ts';
import type { BodyScope } from '../../template/go/context.ts';
import { isSurelyFilled, usesAppUrl } from '../../template/specialise.ts';
import { memoised } from '../memo.ts';
import { type Demands, type FinishedField, finishFields } from './additions.ts';
import type { ParsedMessage } from './parse.ts';

/** A message for one event and one robot. */
export interface MessageRequest {
  readonly message: ParsedMessage;
  /** Tells messages apart: the source that it was read from. */
  readonly key: string;
  readonly scope: BodyScope;
  readonly demands: Demands;
}

/** The Go template of a message's body, or why it can't be made. */
export type MessageBody =
  | { readonly ok: true; readonly body: string }
  | { readonly ok: false; readonly problem: string };

/**
 * The whole JSON body of a message for Argo CD's `webhook.<service>.body`, as DingTalk wants it
 * (https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages). Whatever the Application, it renders to
 * at most 20 000 bytes of valid JSON that contain a keyword and mention nobody else.
 */
export const messageBody = memoised<MessageRequest, MessageBody>(
  compile,
  ({ key, scope, demands }) => JSON.stringify([key, scope, demands]),
  20_000,
);

function compile({ message, scope, demands }: MessageRequest): MessageBody {
  const fields = finishFields(message, demands, scope);
  const empty = fields.find(
    ({ escape: mode, isRequired, nodes }) => mode === 'url' && isRequired && !isSurelyFilled(nodes, scope),
  );
  if (empty) {
    const why = usesAppUrl(empty.nodes) ? " while nobody says where Argo CD's user interface is" : '';
    return {
      ok: false,
      problem: `spec.message.${empty.path} can come out empty${why}: DingTalk takes no such message`,
    };
  }
  const compiled = compileBody(partsOf(message, fields, demands.at), scope);
  if (compiled.ok) return compiled;
  return {
    ok: false,
    problem:
      `its fixed text alone takes ${compiled.fixedBytes} bytes, and DingTalk takes messages of 20000 bytes, of which at most ` +
      `${compiled.maxFixedBytes} may be fixed`,
  };
}

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
 * DingTalk's own names, whose capital letters differ from kind to kind. The text comes last: it may fill what room the
 * other fields have left.
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

/** Nobody but who is asked for; the CRD keeps quotes out of numbers and ids. */
function mentions({ mobiles = [], userIds = [], all = false }: Mentions): string {
  if (mobiles.length === 0 && userIds.length === 0 && !all) return '';
  return `,"at":${JSON.stringify({ atMobiles: mobiles, atUserIds: userIds, isAtAll: all })}`;
}
