import { verdictOf } from './errcodes.ts';
import { type DeliveryOutcome, toWords } from './outcome.ts';
import { addressIn } from './security-reason.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * DingTalk's answer → what became of the message. DingTalk answers HTTP 200 to nearly everything, so the code in the
 * body counts wherever there is one.
 *
 * @param httpStatus status of the answer
 * @param text its body
 */
export function readAnswer(httpStatus: number, text: string): DeliveryOutcome {
  const body = parse(text);
  const errcode = integer(body?.errcode);
  if (body && errcode !== undefined && !(errcode === 0 && (httpStatus !== 200 || isRefused(body)))) {
    return coded(errcode, body);
  }
  if (httpStatus !== 200) return notOk(httpStatus, text);
  if (body && isRefused(body)) return uncoded(body);
  return unexpected('final', `HTTP 200 without an errcode: ${text}`);
}

function coded(errcode: number, { errmsg }: Fields): DeliveryOutcome {
  const said = typeof errmsg === 'string' ? errmsg : '';
  const verdict = verdictOf(errcode, said);
  const ip = verdict.reason === 'IPNotAllowed' ? addressIn(said) : undefined;
  return {
    ...verdict,
    errcode,
    ...(said !== '' && { words: toWords(said) }),
    ...(ip !== undefined && { ip }),
  };
}

/** Traffic control in front of DingTalk answers with its own `status`, and not always with an errcode. */
const isRefused = ({ status }: Fields): boolean => (integer(status) ?? 0) !== 0;

function uncoded(body: Fields): DeliveryOutcome {
  const { status, errmsg } = body;
  const said = `status ${status}${typeof errmsg === 'string' ? `: ${errmsg}` : ''}`;
  const isThrottle = status === 1111 || body.punish !== undefined || body.wait !== undefined;
  if (isThrottle) return { reason: 'Throttled', class: 'retry', words: toWords(said) };
  return unexpected('retry', said);
}

function notOk(httpStatus: number, text: string): DeliveryOutcome {
  const said = `HTTP ${httpStatus}${text.trim() === '' ? '' : `: ${text}`}`;
  if (httpStatus === 429) return { reason: 'Throttled', class: 'retry', words: toWords(said) };
  if (httpStatus >= 300 && httpStatus < 400)
    return unexpected('final', `${said} (redirects are not followed)`);
  return unexpected(httpStatus >= 500 || httpStatus === 408 ? 'retry' : 'final', said);
}

function unexpected(outcomeClass: 'retry' | 'final', said: string): DeliveryOutcome {
  return { reason: 'UnexpectedAnswer', class: outcomeClass, words: toWords(said) };
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    return undefined; // The caller reports an answer that is not JSON.
  }
}

/** Some gateways turn numbers into texts. */
function integer(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}
