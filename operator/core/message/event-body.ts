import type { Mentions } from '../../api/types.generated.ts';
import { usesAppUrl } from '../../template/specialise.ts';
import { defaultMessage } from '../catalogue/default-message.ts';
import type { Locale } from '../catalogue/locale.ts';
import { memoised } from '../memo.ts';
import { type MessageBody, messageBody } from './body.ts';
import { canMention, kindOf } from './fields.ts';
import { type MessageSource, type ParsedMessage, readMessage } from './parse.ts';

/** Who reads: what a robot's group asks of its messages. */
export interface Audience {
  readonly locale: Locale;
  /** IANA name. */
  readonly timeZone: string;
  readonly keywords: readonly string[];
}

/** What an event says: a template's message, or the catalogue's own. */
export interface EventMessage {
  /** The event's name in its subscription. */
  readonly name: string;
  /** The trigger's name in the catalogue; absent for an event of somebody's own. */
  readonly trigger?: string | undefined;
  /** A template's message, with the template's own params, by which it was judged; absent: the catalogue's. */
  readonly template?: MessageSource | undefined;
  /** The template's params with the event's values in place. */
  readonly params: Readonly<Record<string, string>>;
  readonly at: Mentions;
}

/** The body of an event's message to one robot. @throws Error for a template that is not accepted */
export function eventBody(
  event: EventMessage,
  audience: Audience,
  argocdUrl: string | undefined,
): MessageBody {
  const scope = {
    params: event.params,
    event: { name: event.name, trigger: event.trigger ?? '' },
    argocdUrl,
    timeZone: audience.timeZone,
  };
  const demands = { keywords: audience.keywords, at: event.at };
  return messageBody({ message: parsed(event, audience.locale), scope, demands });
}

/** Whether people can be mentioned in an event's message. */
export const takesMentions = ({ template }: EventMessage): boolean =>
  template === undefined || canMention(kindOf(template.message));

/** Whether an event's message leads to Argo CD. */
export function leadsToArgoCD(event: EventMessage): boolean {
  return parsed(event, 'en').fields.some(({ template }) => usesAppUrl(template.nodes));
}

function parsed({ template, trigger }: EventMessage, locale: Locale): ParsedMessage {
  const reading = template ? readMessage(template) : readDefault({ trigger, locale });
  if (reading.ok) return reading.message;
  const problems = reading.findings.map((each) => each.message).join(' ');
  throw new Error(`a message that was accepted can't be read: ${problems}`);
}

/** The catalogue's messages are put together from many lines, and asked for by every event of every decision. */
const readDefault = memoised(
  ({ trigger, locale }: { readonly trigger: string | undefined; readonly locale: Locale }) =>
    readMessage({ message: { markdown: defaultMessage(trigger, locale) }, params: {} }),
  ({ trigger, locale }) => JSON.stringify([trigger ?? null, locale]),
  100,
);
