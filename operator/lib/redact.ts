const MASK = '***';
const MAX_ERROR_LENGTH = 2000;
const MAX_CAUSES = 8;

// A value ends at white space or at a character that ends it in a URL, in JSON (escaped JSON included), or in a
// sentence.
const VALUE = `[^\\s&"'\`<>;,(){}\\[\\]\\\\#|]+`;
const QUOTE = `(?:\\\\*["'\`])?`;
const EQUALS = '(?:=|%3D|%253D)';

/** Names before a credential, with `=` only (URLs, forms): in prose they are mere words. */
const PARAMETERS = '(?<![A-Za-z0-9])(?:sign|signature|token|secret|passwd|pwd)';
/** Names before a credential, with `=` or `:` (JSON, YAML, headers), with any prefix. */
const FIELDS =
  '(?:(?:access|refresh|private|auth|bearer|id|session|csrf|gitee|gitlab|hook|api|app|client|secret|signing)' +
  '[_-]?(?:token|secret|key)|password|passwd)';

const RULES: readonly (readonly [RegExp, string | ((match: string) => string)])[] = [
  // https://user:password@host: everything up to the last @ before the path
  [/:\/\/[^\s/?#"<>`]+@/g, `://${MASK}@`],
  // Authorization: Bearer …, and the schemes anywhere
  [/(authorization\\*["'`]?\s*[:=]\s*\\*["'`]?(?:[A-Za-z]+ +)?)[^\s"'`,;\\]+/gi, `$1${MASK}`],
  [/(?<![A-Za-z0-9])(bearer|basic)(\s+)(?=\S*[0-9=._~+/-]|\S{20})[A-Za-z0-9._~+/=-]{6,}/gi, `$1$2${MASK}`],
  [new RegExp(`(${FIELDS}${QUOTE}\\s*(?::|${EQUALS})\\s*${QUOTE})${VALUE}`, 'gi'), `$1${MASK}`],
  [new RegExp(`(${PARAMETERS}${EQUALS}${QUOTE})${VALUE}`, 'gi'), `$1${MASK}`],
  // DingTalk's signing secrets: SEC and, in all known ones, 64 hex digits. A lookahead for the digit would read the
  // rest of a long word again for each SEC in it.
  [/(?<![A-Za-z0-9])SEC[A-Za-z0-9_-]{4,}/g, (word) => (/[0-9]/.test(word) ? `SEC${MASK}` : word)],
  // JSON Web Tokens
  [/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g, MASK],
  // Bare access tokens: 64 hex digits (DingTalk), 32 (Gitee). Image digests and commits (40) stay readable.
  [/(?<![A-Za-z0-9:])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![A-Za-z0-9])/gi, MASK],
  // Bare signatures: base64 of 32 bytes
  [/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=/g, MASK],
];

/**
 * Free text with every possible credential masked: `access_token=`, `sign=` and the like (in URLs, JSON, headers),
 * and `SEC…` secrets. Authorization values, user info in URLs, JSON Web Tokens, bare tokens and signatures are
 * masked, too.
 *
 * It errs on the side of masking, keeps hosts, paths and timestamps, and gives its own result back unchanged. Time is
 * linear in the text's length.
 */
export function redact(text: string): string {
  return RULES.reduce(
    (masked, [pattern, by]) =>
      typeof by === 'string' ? masked.replace(pattern, by) : masked.replace(pattern, by),
    text,
  );
}

/**
 * The description of an error, for a log line, event or status: the messages of an error and its causes, outermost
 * first, redacted, on one line of at most 2000 characters. Accepts any value that can be thrown; never throws itself.
 */
export function redactError(error: unknown): string {
  const messages: string[] = [];
  collect(error, messages, new Set());
  const line = messages.join(': ');
  return line.length <= MAX_ERROR_LENGTH ? line : `${line.slice(0, MAX_ERROR_LENGTH - 1).toWellFormed()}…`;
}

function collect(error: unknown, messages: string[], seen: Set<unknown>): void {
  if (error === undefined || error === null || seen.has(error) || messages.length >= MAX_CAUSES) return;
  seen.add(error);
  const message = singleLine(redact(messageOf(error)));
  if (message !== '' && !messages.some((told) => repeats(told, message))) messages.push(message);
  collect(property(error, 'cause'), messages, seen);
  const errors = property(error, 'errors');
  if (Array.isArray(errors)) for (const each of errors) collect(each, messages, seen);
}

/** Wrappers like to repeat the message of their cause; a short word may be there by chance. */
function repeats(told: string, message: string): boolean {
  return (
    told === message || told.endsWith(`: ${message}`) || (message.length >= 12 && told.includes(message))
  );
}

function messageOf(error: unknown): string {
  try {
    const message = property(error, 'message');
    if (typeof message === 'string' && message !== '') return message;
    if (error instanceof Error) return error.name;
    return typeof error === 'object' ? JSON.stringify(error) : String(error);
  } catch {
    return 'an error without a readable message';
  }
}

function property(error: unknown, name: string): unknown {
  try {
    return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  } catch {
    return undefined; // a getter that throws
  }
}

function singleLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
