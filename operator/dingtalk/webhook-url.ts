/** Where messages may go. */
export interface WebhookRules {
  /** The URL that a bare access token belongs to, e.g. `https://oapi.dingtalk.com/robot/send`. */
  readonly endpoint: string;
  /** Hosts that may be called, exact, with the port unless it is 443; e.g. `oapi.dingtalk.com`, `127.0.0.1:8443`. */
  readonly allowedHosts: readonly string[];
}

/** The result of reading a webhook credential. `message` and `warnings` never contain any of the credential. */
export type WebhookCredential =
  | { readonly ok: true; readonly url: string; readonly warnings: string[] }
  | { readonly ok: false; readonly reason: 'InvalidWebhook' | 'HostNotAllowed'; readonly message: string };

/** The result of reading a signing secret. `message` and `warnings` never contain any of the secret. */
export type SigningSecret =
  | { readonly ok: true; readonly secret: string; readonly warnings: string[] }
  | { readonly ok: false; readonly reason: 'InvalidSigningSecret'; readonly message: string };

const PATH = '/robot/send';
const MAX_URL = 2048;
const MAX_SECRET = 512;
const TOKEN = /^[A-Za-z0-9_-]{1,256}$/;
// `\s` has the Unicode spaces and U+FEFF; \p{Cc} are the control characters, \p{Cf} the invisible ones.
const INVISIBLE = /[\s\p{Cc}\p{Cf}]/u;
const REMEDY = 'copy the whole Webhook URL of the robot from DingTalk, or only its access token';

/**
 * Reads the webhook credential of a robot: the access token alone, or the whole URL as DingTalk shows it.
 *
 * A whole URL must be https, without user info and fragment, have the path `/robot/send`, an allowed host, and
 * exactly one `access_token`. A pasted `timestamp` and `sign` are dropped with a warning; other parameters are
 * refused. The text is taken apart as it stands: a URL parser would repair look-alikes (backslashes, `/./`,
 * Unicode hosts, odd IPv4 forms) into something that passes.
 *
 * @param value the text of the Secret's key; white space around it is dropped
 * @returns the canonical URL, `https://host/robot/send?access_token=…`, or why there is none
 *
 * Shape of the URL: https://help.dingtalk.io/open/development/custom-robots-send-group-messages
 */
export function parseWebhookCredential(value: string, rules: WebhookRules): WebhookCredential {
  const text = value.trim();
  if (text === '') return invalid(`the value is empty; ${REMEDY}`);
  if (INVISIBLE.test(text)) {
    return invalid(`the value contains white space or an invisible character; ${REMEDY}`);
  }
  return /[:/?&=#@\\]/.test(text) ? fromUrl(text, rules) : fromToken(text, rules);
}

/**
 * Reads the signing secret of a robot with the security setting "Additional Signature" (加签).
 *
 * @param value the text of the Secret's key; white space around it is dropped
 * @returns the secret, with a warning if it doesn't look like one of DingTalk's (`SEC…`), or why there is none
 */
export function parseSigningSecret(value: string): SigningSecret {
  const secret = value.trim();
  const refuse = (message: string): SigningSecret => ({ ok: false, reason: 'InvalidSigningSecret', message });
  const remedy = 'copy the signing secret (SEC…) from "Additional Signature" of the robot in DingTalk';
  if (secret === '') return refuse(`the value is empty; ${remedy}`);
  if (INVISIBLE.test(secret)) {
    return refuse(`the value contains white space or an invisible character; ${remedy}`);
  }
  if (secret.length > MAX_SECRET)
    return refuse(`the value has more than ${MAX_SECRET} characters; ${remedy}`);
  if (secret.includes('://') || secret.includes('access_token=')) {
    return refuse(
      `the value is a URL, not a signing secret: the URL belongs into spec.webhook; for spec.signing, ${remedy}`,
    );
  }
  if (secret.startsWith('SEC')) return { ok: true, secret, warnings: [] };
  const guess = /^[0-9a-f]{64}$/i.test(secret) ? '; the value looks like the access token' : '';
  return { ok: true, secret, warnings: [`the signing secret does not start with SEC${guess}`] };
}

function fromToken(token: string, rules: WebhookRules): WebhookCredential {
  if (!TOKEN.test(token)) {
    return invalid(
      `the value is neither a URL nor an access token (1 to 256 characters of A-Z a-z 0-9 _ -); ${REMEDY}`,
    );
  }
  const parts = /^https:\/\/([^/?#]+)\/robot\/send$/.exec(rules.endpoint);
  const host = normalHost(parts?.[1] ?? '');
  if (!isAllowed(host, rules)) {
    const message = 'the configured endpoint of the operator is not https://<allowed host>/robot/send';
    return { ok: false, reason: 'HostNotAllowed', message };
  }
  const looksSigned = /^SEC[0-9a-f]{32,}$/i.test(token);
  const warnings = looksSigned ? ['the access token starts with SEC, like a signing secret'] : [];
  return { ok: true, url: canonical(host, token), warnings };
}

function fromUrl(url: string, rules: WebhookRules): WebhookCredential {
  if (url.length > MAX_URL) return invalid(`the URL has more than ${MAX_URL} characters; ${REMEDY}`);
  const parts = /^https:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/i.exec(url);
  if (parts === null) return invalid(`the value is not a URL that starts with https://; ${REMEDY}`);
  const [, authority = '', path = '', query = '', fragment] = parts;
  if (authority.includes('@')) return invalid(`the URL must not contain user information (…@); ${REMEDY}`);
  const host = normalHost(authority);
  if (!isAllowed(host, rules)) return hostNotAllowed(host, rules);
  if (fragment !== undefined) return invalid(`the URL must not have a fragment (#…); ${REMEDY}`);
  if (path !== PATH) return invalid(`the path of the URL must be exactly ${PATH}; ${REMEDY}`);
  return fromQuery(host, query);
}

function fromQuery(host: string, query: string): WebhookCredential {
  const parameters = query.split('&').map((text) => {
    const equals = text.indexOf('=');
    return equals < 0
      ? { name: '', value: text }
      : { name: text.slice(0, equals), value: text.slice(equals + 1) };
  });
  const tokens = parameters.filter((p) => p.name === 'access_token').map((p) => p.value);
  const stray = parameters.find((p) => !['access_token', 'timestamp', 'sign'].includes(p.name));
  if (stray !== undefined && !(stray.name === '' && stray.value === '')) {
    return invalid(
      `the URL has ${described(stray.name, parameters)}; only access_token is allowed there; ${REMEDY}`,
    );
  }
  const [token = ''] = tokens;
  if (token === '') return invalid(`the URL has no access_token; ${REMEDY}`);
  if (tokens.length > 1) return invalid(`the URL has more than one access_token; ${REMEDY}`);
  if (!TOKEN.test(token)) {
    return invalid(
      `the access_token of the URL must consist of 1 to 256 characters of A-Z a-z 0-9 _ -; ${REMEDY}`,
    );
  }
  const isSigned = parameters.some((p) => p.name === 'timestamp' || p.name === 'sign');
  const signed = 'timestamp and sign in the webhook URL are ignored: the operator signs each message itself';
  return { ok: true, url: canonical(host, token), warnings: isSigned ? [signed] : [] };
}

/** A name is told only where it can't be a credential: `?<64 hex digits>=`, `?SEC…=`, or a part of one. */
function described(name: string, parameters: readonly { value: string }[]): string {
  const overlaps = (long: string, short: string): boolean => short.length >= 8 && long.includes(short);
  const isHarmless =
    /^(?!SEC)[A-Za-z][A-Za-z_-]{0,23}$/.test(name) &&
    !parameters.some((p) => overlaps(p.value, name) || overlaps(name, p.value));
  return isHarmless ? `the parameter "${name}"` : 'a parameter with an unknown name';
}

function hostNotAllowed(host: string, rules: WebhookRules): WebhookCredential {
  // A host is named only if it is one by its shape: a token in its place has no dot, or is longer than a label.
  const isHost = /^(?=.{1,253}$)[a-z0-9-]{1,31}(?:\.[a-z0-9-]{1,31})+\.?(?::\d{1,5})?$/.test(host);
  const what = isHost ? `the host ${host}` : 'the host of the URL';
  const message = `${what} is not allowed; allowed: ${rules.allowedHosts.join(', ')}; ${REMEDY}`;
  return { ok: false, reason: 'HostNotAllowed', message };
}

function isAllowed(host: string, rules: WebhookRules): boolean {
  return host !== '' && rules.allowedHosts.some((allowed) => normalHost(allowed) === host);
}

function normalHost(host: string): string {
  // ASCII only: toLowerCase() turns the Kelvin sign into a k.
  return host.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/:443$/, '');
}

function canonical(host: string, token: string): string {
  return `https://${host}${PATH}?access_token=${token}`;
}

function invalid(message: string): WebhookCredential {
  return { ok: false, reason: 'InvalidWebhook', message };
}
