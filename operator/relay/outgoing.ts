import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import type { Audience } from '../message/event-message.ts';
import { MAX_BODY_BYTES } from '../template/go/compile.ts';
import { cutMessage, type Message } from './cut-message.ts';
import { digestMessage } from './digest.ts';
import type { RequestClaim, StoredMessage } from './model.ts';

/** What is posted for a claim, or the reason why nothing is. */
export type Outgoing =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly outcome: DeliveryOutcome };

/** Half of the limit: DingTalk has called a message too long that by our count is not. */
const SHORTENED_BYTES = MAX_BODY_BYTES / 2;

/**
 * The JSON for DingTalk, with the `msgUuid`: a repeated request with the same one is shown once.
 * @param isShortened whether DingTalk has refused the message as too long
 */
export function outgoing(
  { kind, messages, msgUuid }: RequestClaim,
  audience: Audience,
  isShortened: boolean,
): Outgoing {
  const [first] = messages as readonly [StoredMessage];
  if (kind === 'digest') return { ok: true, message: { ...digestMessage(messages, audience), msgUuid } };
  const body = parse(first.body);
  if (!body) return { ok: false, outcome: refused('MessageRefused', 'the message is not a JSON object') };
  const { locale, keywords } = audience;
  const limits = { maxBytes: isShortened ? SHORTENED_BYTES : MAX_BODY_BYTES, locale };
  const message = cutMessage({ ...body, msgUuid }, { at: first.at, keywords }, limits);
  return message
    ? { ok: true, message }
    : { ok: false, outcome: refused('MessageTooLong', 'the message has no text that can be cut') };
}

const refused = (reason: DeliveryOutcome['reason'], words: string): DeliveryOutcome => ({
  reason,
  class: 'final',
  words,
});

function parse(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Message)
      : undefined;
  } catch {
    return undefined; // The caller reports a message that is not JSON.
  }
}
