/**
 * A message → the body that Argo CD sends to DingTalk, for the events of a subscription and one robot. parse.ts reads a message's
 * templates, body.ts lays out DingTalk's JSON, additions.ts adds mentions and keywords, catalogue/ has the operator's own messages.
 */

import type { Finding } from '../api/finding.ts';
import { memoised } from '../lib/memo.ts';
import { compileBody } from '../template/go/compile.ts';
import { usesAppUrl, usesCommit } from '../template/go/specialise.ts';
import { type MessageRequest, messageParts, requestKey } from './body.ts';
import { defaultMessage } from './catalogue/default-message.ts';
import type { Locale } from './catalogue/locale.ts';
import type { Audience, EventMessage } from './event-message.ts';
import { canMention, kindOf } from './fields.ts';
import { type ParsedMessage, readMessage } from './parse.ts';

/** Distinguishes audiences. */
export const audienceKey = ({ locale, timeZone, keywords }: Audience): string =>
  JSON.stringify([locale, timeZone, keywords]);

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

/** Whether an event's message shows something of the commit. */
export function showsCommit(event: EventMessage): boolean {
  return parsed(event, 'en').fields.some(({ template }) => usesCommit(template.nodes));
}

function parsed({ template, trigger }: EventMessage, locale: Locale): ParsedMessage {
  const reading = template ? readMessage(template) : readDefault({ trigger, locale });
  if (reading.ok) return reading.message;
  const problems = reading.findings.map((each) => each.message).join(' ');
  throw new Error(`a message that was accepted cannot be parsed: ${problems}`);
}

/** The catalogue's messages are put together from many lines, and every event of every decision asks for them. */
const readDefault = memoised(
  ({ trigger, locale }: { readonly trigger: string | undefined; readonly locale: Locale }) =>
    readMessage({ message: { markdown: defaultMessage(trigger, locale) }, params: {} }),
  ({ trigger, locale }) => JSON.stringify([trigger ?? null, locale]),
  2 ** 20,
);
