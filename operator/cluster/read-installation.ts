import { INSTALLATION, INSTALLATION_KEYS } from '../api/installation.ts';
import { ConfigurationError } from '../config/config-file.ts';
import { type PublishedConfiguration, readPublished } from '../config/published.ts';
import { ForbiddenError } from '../kubernetes/api-error.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import { own } from '../lib/own.ts';
import { readObject } from './target-reader.ts';

/** What the operator has published; `message` says, without a subject, why something cannot be read: `does not exist`. */
export type Installation =
  | (PublishedConfiguration & {
      readonly state: 'published';
      /** Of the operator. */
      readonly version: string;
      /** Whether `config` has the parts for admins; otherwise the reason against it. */
      readonly grants: { readonly state: 'known' } | { readonly state: 'unknown'; readonly message: string };
    })
  | { readonly state: 'unknown'; readonly message: string };

/**
 * Reads what the operator of an installation has published.
 * @param namespace of the operator's target
 * @throws any error of a request except for a missing right
 */
export async function readInstallation(request: ApiCall, namespace: string): Promise<Installation> {
  const [everybody, admins] = await Promise.all([
    dataOf(request, namespace, INSTALLATION.everybody),
    dataOf(request, namespace, INSTALLATION.admins),
  ]);
  if (typeof everybody === 'string') return { state: 'unknown', message: everybody };
  const text = own(everybody, INSTALLATION_KEYS.configuration) ?? '';
  const version = own(everybody, INSTALLATION_KEYS.version) ?? 'unknown';
  const withGrants =
    typeof admins === 'string'
      ? undefined
      : readable(text, own(admins, INSTALLATION_KEYS.configuration) ?? '');
  if (withGrants) return { state: 'published', version, ...withGrants, grants: { state: 'known' } };
  const without = readable(text, undefined);
  if (!without) return { state: 'unknown', message: BROKEN };
  const message = typeof admins === 'string' ? admins : BROKEN;
  return { state: 'published', version, ...without, grants: { state: 'unknown', message } };
}

const BROKEN = 'does not contain a configuration';

/** The data, or the reason why there is none. */
async function dataOf(
  request: ApiCall,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>> | string> {
  try {
    const object = await readObject(request, { version: 'v1', plural: 'configmaps', namespace, name });
    if (!object) return 'does not exist';
    return own(object.data, INSTALLATION_KEYS.configuration) === undefined
      ? 'has no data, because no operator has begun to lead since it was made'
      : (object.data ?? {});
  } catch (error) {
    if (error instanceof ForbiddenError) return 'cannot be read with your rights';
    throw error;
  }
}

function readable(everybody: string, admins: string | undefined): PublishedConfiguration | undefined {
  try {
    return readPublished(everybody, admins);
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}
