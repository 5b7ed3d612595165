import { HOOK_SWITCHES, type HookSwitches } from '../hook.ts';
import type { HookValues } from './fake-gitee-hooks.ts';

/** A request that breaks the documented rules of the API; the message is Gitee's. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
}

type Values = Readonly<Record<string, unknown>>;

const refuseUnknown = (given: Values, known: readonly string[]): void => {
  const stray = Object.keys(given).find((name) => !known.includes(name));
  if (stray !== undefined) throw new ParameterError(`${stray} is unknown`);
};

/** Reads the query of GET and DELETE. @throws ParameterError */
export function readQuery(query: URLSearchParams, paged: boolean) {
  const given = Object.fromEntries(query);
  if ([...query].length !== Object.keys(given).length) throw new ParameterError('a parameter is repeated');
  refuseUnknown(given, ['access_token', ...(paged ? ['page', 'per_page'] : [])]);
  const page = wholeNumber(given.page ?? '1', 'page', Number.MAX_SAFE_INTEGER);
  return { page, perPage: wholeNumber(given.per_page ?? '20', 'per_page', 100), token: given.access_token };
}

function wholeNumber(text: string, name: string, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > most)
    throw new ParameterError(`${name} does not have a valid value`);
  return number;
}

/** Reads the body of POST and PATCH, as strictly as the documentation has it. @throws ParameterError */
export function readHookBody(text: string, contentType: string | undefined) {
  if (contentType !== 'application/json') throw new ParameterError('the content type is not supported');
  const given = jsonObject(text);
  refuseUnknown(given, ['access_token', 'url', 'encryption_type', 'password', ...HOOK_SWITCHES]);
  const { access_token: token, url, encryption_type: encryptionType = 0, password = '' } = given;
  if (token !== undefined && typeof token !== 'string') throw new ParameterError('access_token is invalid');
  // The URL is required for a change, too.
  if (typeof url !== 'string' || !/^https?:\/\//.test(url))
    throw new ParameterError('url is missing or invalid');
  if (encryptionType !== 0 && encryptionType !== 1) throw new ParameterError('encryption_type is invalid');
  if (typeof password !== 'string') throw new ParameterError('password is invalid');
  const switches: Partial<Record<keyof HookSwitches, boolean>> = {};
  for (const name of HOOK_SWITCHES) {
    const value = given[name];
    if (value === undefined) continue;
    if (typeof value !== 'boolean') throw new ParameterError(`${name} is invalid`);
    switches[name] = value;
  }
  const values: Omit<HookValues, 'switches'> = { url, encryptionType, password };
  return { token, values, switches };
}

function jsonObject(text: string): Values {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Values;
  } catch {
    // The answer is the same for JSON of another kind.
  }
  throw new ParameterError('the body is not a JSON object');
}
