import type { Mentions } from '../api/types.generated.ts';
import { GITEE_EVENTS } from '../gitee/events.ts';
import { own } from '../lib/own.ts';
import type { BodyScope } from '../template/go/context.ts';
import { alwaysPrinted, isSurelyFilled, specialise } from '../template/go/specialise.ts';
import type { Node, Value } from '../template/syntax/nodes.ts';
import type { ParsedField, ParsedMessage } from './parse.ts';

/** The additions to a message that one robot and one event require. */
export interface Demands {
  /** The robot's security keywords: DingTalk accepts a message only if it contains one of them. */
  readonly keywords: readonly string[];
  readonly at: Mentions;
}

/** A field's pieces as they are sent. */
export type FinishedField = ParsedField & { readonly nodes: readonly Node[] };

/** The fields with their additions: a text where a field might be empty, the mentions, and a keyword. */
export function finishFields(
  message: ParsedMessage,
  { keywords, at }: Demands,
  scope: BodyScope,
): FinishedField[] {
  const fields = message.fields.map((field) => ({ ...field, nodes: filled(field, scope) }));
  const main = mainField(message, fields);
  const others = readFields(fields).filter((field) => field !== main);
  const people = mentioned(at, alwaysPrinted(main.nodes));
  const ending = [
    ...(people.length > 0 ? [people.map((name) => `@${name}`).join(' ')] : []),
    ...missingKeyword(keywords, [...others, main]),
  ];
  const gap =
    message.kind === 'markdown' || message.kind === 'actionCard'
      ? '\n\n'
      : message.kind === 'text'
        ? '\n'
        : ' ';
  const suffix = ending.map((each) => gap + each).join('');
  return fields.map((field) =>
    field === main && suffix !== '' ? { ...field, nodes: withEnding(field.nodes, suffix) } : field,
  );
}

/** After the last text, but before the line breaks at its end. */
function withEnding(nodes: readonly Node[], suffix: string): Node[] {
  const last = nodes.at(-1);
  return last?.kind === 'text'
    ? [...nodes.slice(0, -1), { kind: 'text', text: last.text.trimEnd() + suffix }]
    : [...nodes, { kind: 'text', text: suffix }];
}

/**
 * DingTalk refuses a message with an empty title or text, so the name of the application or of the repository precedes a text that
 * may be empty.
 */
function filled({ template, escape: mode, isRequired }: ParsedField, scope: BodyScope): readonly Node[] {
  const nodes = specialise(template.nodes, scope);
  if (mode === 'url' || !isRequired || isSurelyFilled(nodes, scope)) return nodes;
  const name = own(GITEE_EVENTS, scope.event.trigger) ? REPOSITORY_NAME : APPLICATION_NAME;
  return [{ kind: 'print', value: name }, { kind: 'text', text: ' ' }, ...nodes];
}

const APPLICATION_NAME: Value = { kind: 'data', root: 'app', segments: ['metadata', 'name'] };
const REPOSITORY_NAME: Value = { kind: 'data', root: 'gitee', segments: ['repository', 'full_name'] };

/** The fields that people read, and that DingTalk searches for keywords: the text; of a feedCard, the titles. */
const READ = /^(markdown\.text|text\.content|link\.text|actionCard\.text|feedCard\.links\[\d+\]\.title)$/;

const readFields = (fields: readonly FinishedField[]): FinishedField[] =>
  fields.filter(({ path }) => READ.test(path));

/** The field with the additions: the last one that people read. */
function mainField(message: ParsedMessage, fields: readonly FinishedField[]): FinishedField {
  const main = readFields(fields).at(-1);
  if (!main) throw new Error(`a ${message.kind} message has no text`);
  return main;
}

/** Mobiles and user ids that the text does not mention yet: DingTalk's Markdown shows nobody else. */
function mentioned({ mobiles = [], userIds = [] }: Mentions, texts: readonly string[]): string[] {
  return [...mobiles, ...userIds].filter((name) => !texts.some((text) => mentions(text, name)));
}

const mentions = (text: string, name: string): boolean =>
  text
    .split(`@${name}`)
    .slice(1)
    .some((rest) => !/^[\w.+-]/.test(rest));

/** Reads like a signature. */
function missingKeyword(keywords: readonly string[], fields: readonly FinishedField[]): string[] {
  const [first] = keywords;
  const texts = fields.flatMap(({ nodes }) => alwaysPrinted(nodes));
  if (first === undefined || keywords.some((keyword) => texts.some((text) => text.includes(keyword))))
    return [];
  return [`— ${first}`];
}
