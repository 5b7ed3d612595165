import { readSecret } from '../kubernetes/credentials.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import { decodeSecretValue } from '../kubernetes/secret-values.ts';
import { own } from '../lib/own.ts';

/**
 * Reads the text of one key of a Secret; undefined if there is none.
 * @throws Error of the request: then nothing is known about it
 */
export async function readDoorKey(
  request: ApiCall,
  namespace: string,
  secret: string,
  key: string,
): Promise<string | undefined> {
  const read = await readSecret(request, namespace, secret);
  const value = read.found ? own(read.data, key) : undefined;
  return value === undefined ? undefined : decodeSecretValue(value);
}
