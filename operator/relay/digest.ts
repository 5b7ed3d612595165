import type { Mentions } from '../api/types.generated.ts';
import type { Audience } from '../message/event-message.ts';
import { MAX_BODY_BYTES } from '../template/go/compile.ts';
import { countMessages } from './digest-counts.ts';
import { digestText, digestTitle } from './digest-text.ts';
import type { StoredMessage } from './model.ts';
import { mentionsField, textAdditions } from './text-additions.ts';

/** Kinds and Applications with a line each: with the headings, some twenty lines. */
const MAX_KINDS = 5;
const MAX_APPLICATIONS = 12;
/** A mention is in the text and in a list, and its name has at most some fifty bytes. The rest of the room is the text's. */
const MAX_PEOPLE = 100;
/** Room for the `msgUuid`. */
const RESERVED_BYTES = 100;

/**
 * One message in place of many, for msgtype markdown: counts by kind and by Application, a link for each, and the mentions of
 * all. It has at most 20 000 bytes, whatever the names and links.
 */
export function digestMessage(messages: readonly StoredMessage[], audience: Audience): object {
  const counts = countMessages(messages, audience.locale);
  const times = messages.map(({ acceptedAt }) => acceptedAt);
  const period = { from: Math.min(...times), to: Math.max(...times) };
  const at = unionOf(messages);
  for (let applications = MAX_APPLICATIONS; ; applications--) {
    const limits = { kinds: MAX_KINDS, applications };
    const text = digestText(counts, messages.length, period, audience, limits);
    const whole = text + textAdditions(text, { at, keywords: audience.keywords }, '\n\n');
    const title = digestTitle(counts, messages.length, audience.locale);
    const message = { msgtype: 'markdown', markdown: { title, text: whole }, ...mentionsField(at) };
    if (applications === 0 || Buffer.byteLength(JSON.stringify(message)) <= MAX_BODY_BYTES - RESERVED_BYTES)
      return message;
  }
}

/** The people of all messages, in the order in which they come first. */
function unionOf(messages: readonly StoredMessage[]): Mentions {
  const mobiles = new Set(messages.flatMap(({ at }) => at.mobiles ?? []));
  const userIds = new Set(messages.flatMap(({ at }) => at.userIds ?? []));
  const all = messages.some(({ at }) => at.all);
  const some = [...mobiles].slice(0, MAX_PEOPLE);
  return { mobiles: some, userIds: [...userIds].slice(0, MAX_PEOPLE - some.length), all };
}
