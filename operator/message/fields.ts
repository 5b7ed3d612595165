import type { TemplateMessage } from '../api/types.generated.ts';
import type { Escape } from '../template/go/defines.ts';

/** A message as NotificationTemplate has it, without Go templates, which are not Handlebars. */
export type TypedMessage = Omit<TemplateMessage, 'raw'>;

export type MessageKind = 'markdown' | 'text' | 'link' | 'actionCard' | 'feedCard';

/** One text of a message that is a template. */
export interface MessageField {
  /** Below `spec.message`, such as `markdown.text` or `feedCard.links[0].url`. */
  readonly path: string;
  readonly source: string;
  readonly escape: Escape;
  /** DingTalk refuses a message in which this is missing. */
  readonly isRequired: boolean;
}

/** Which kind of message it is; the CRD lets exactly one be given. */
export function kindOf(message: TypedMessage): MessageKind {
  if (message.markdown) return 'markdown';
  if (message.text) return 'text';
  if (message.link) return 'link';
  return message.actionCard ? 'actionCard' : 'feedCard';
}

/** Whether DingTalk lets a message of that kind mention people. */
export const canMention = (kind: MessageKind): boolean => kind === 'markdown' || kind === 'text';

/** The templates of a message, in the order in which its body has them. */
export function fieldsOf({ markdown, text, link, actionCard, feedCard }: TypedMessage): MessageField[] {
  if (markdown)
    return [
      field('markdown.title', markdown.title, 'markdown'),
      field('markdown.text', markdown.text, 'markdown'),
    ];
  if (text) return [field('text.content', text.content, 'plain')];
  if (link) {
    return [
      field('link.title', link.title, 'plain'),
      field('link.text', link.text, 'plain'),
      field('link.url', link.url, 'url'),
      ...(link.pictureUrl === undefined
        ? []
        : [{ ...field('link.pictureUrl', link.pictureUrl, 'url'), isRequired: false }]),
    ];
  }
  if (actionCard) {
    return [
      field('actionCard.title', actionCard.title, 'markdown'),
      field('actionCard.text', actionCard.text, 'markdown'),
      ...actionCard.buttons.flatMap(({ title, url }, index) => [
        field(`actionCard.buttons[${index}].title`, title, 'plain'),
        field(`actionCard.buttons[${index}].url`, url, 'url'),
      ]),
    ];
  }
  return (feedCard?.links ?? []).flatMap(({ title, url, pictureUrl }, index) => [
    field(`feedCard.links[${index}].title`, title, 'plain'),
    field(`feedCard.links[${index}].url`, url, 'url'),
    field(`feedCard.links[${index}].pictureUrl`, pictureUrl, 'url'),
  ]);
}

/** A line break at the end is YAML's, not the author's. */
const field = (path: string, source: string, mode: Escape): MessageField => ({
  path,
  source: source.trimEnd(),
  escape: mode,
  isRequired: true,
});
