import type { Finding } from '../api/finding.ts';
import type { Mentions } from '../api/types.generated.ts';
import { memoised } from '../lib/memo.ts';
import { compileBody } from '../template/go/body.ts';
import { usesAppUrl } from '../template/go/specialise.ts';
import { type MessageRequest, messageParts, requestKey } from './body.ts';
import { defaultMessage } from './catalogue/default-message.ts';
import type { Locale } from './catalogue/locale.ts';
import { canMention, kindOf } from './fields.ts';
import { type MessageSource, type ParsedMessage, readMessage } from './parse.ts';

/** The readers: the requirements of a robot's group for its messages. */
export interface Audience {
  readonly locale: Locale;
  /** IANA name. */
  readonly timeZone: string;
  readonly keywords: readonly string[];
}

/** Tells audiences apart. */
export const audienceKey = ({ locale, timeZone, keywords }: Audience): string =>
  JSON.stringify([locale, timeZone, keywords]);

/** The message of an event: a template's message, or the catalogue's own. */
export interface EventMessage {
  /** The event's name in its subscription. */
  readonly name: string;
  /** The trigger's name in the catalogue; absent for an event with its own condition. */
  readonly trigger?: string | undefined;
  /** A template's message, with the template's own params, which were checked with it; absent: the catalogue's message. */
  readonly template?: MessageSource | undefined;
  /** The template's params with the event's values in place. */
  readonly params: Readonly<Record<string, string>>;
  readonly at: Mentions;
}

/** The problem that prevents an event's message to one robot; undefined if there is no problem. */
export function messageFinding(
  event: EventMessage,
  audience: Audience,
  argocdUrl: string | undefined,
): Finding | undefined {
  const parts = messageParts(requestOf(event, audience, argocdUrl));
  return parts.ok ? undefined : parts.finding;
}

/**
 * The Go template of a body for the messages of several events to one robot, see {@link compileBody}.
 * @throws Error for messages that can't be made, or a template that is not accepted
 */
export function eventsBody(
  events: readonly EventMessage[],
  audience: Audience,
  argocdUrl: string | undefined,
): string {
  return compiled(events.map((event) => requestOf(event, audience, argocdUrl)));
}

const compiled = memoised<readonly MessageRequest[], string>(
  (requests) =>
    compileBody(
      requests.map((request) => {
        const parts = messageParts(request);
        if (!parts.ok) throw new Error(parts.finding.message);
        return parts;
      }),
    ),
  (requests) => requests.map(requestKey).join('\n'),
  8 * 2 ** 20,
);

function requestOf(event: EventMessage, audience: Audience, argocdUrl: string | undefined): MessageRequest {
  const scope = {
    params: event.params,
    event: { name: event.name, trigger: event.trigger ?? '' },
    argocdUrl,
    timeZone: audience.timeZone,
  };
  const demands = { keywords: audience.keywords, at: event.at };
  return { message: parsed(event, audience.locale), scope, demands };
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
  throw new Error(`a message that was accepted cannot be parsed: ${problems}`);
}

/** The catalogue's messages are put together from many lines, and asked for by every event of every decision. */
const readDefault = memoised(
  ({ trigger, locale }: { readonly trigger: string | undefined; readonly locale: Locale }) =>
    readMessage({ message: { markdown: defaultMessage(trigger, locale) }, params: {} }),
  ({ trigger, locale }) => JSON.stringify([trigger ?? null, locale]),
  2 ** 20,
);
