import { GITEE_FIELD_MANAGER } from '../api/field-managers.ts';
import { GITEE_KEY } from '../gitee/signature.ts';
import { mergePatch } from '../kubernetes/apply.ts';
import { readSecret } from '../kubernetes/credentials.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import { decodeSecretValue, encodeSecretValue } from '../kubernetes/secret-values.ts';
import { own } from '../lib/own.ts';

const KEY_BYTES = 32;

/**
 * The key of the installation, of which the keys of all hooks of the relay are made. The Secret comes without it, so the operator writes
 * it there once. undefined if there is no such Secret.
 * @param randomBytes unpredictable bytes
 * @throws ForbiddenError without the rights that config/gitee gives, ConflictError if another writer comes in between, or any other error
 * of a request
 */
export async function installationKey(
  request: ApiCall,
  namespace: string,
  randomBytes: (count: number) => Buffer,
): Promise<string | undefined> {
  const read = await readSecret(request, namespace, GITEE_KEY.secret);
  if (!read.found) return undefined;
  const present = own(read.data, GITEE_KEY.key);
  if (present !== undefined && present !== '') return decodeSecretValue(present);
  const key = randomBytes(KEY_BYTES).toString('base64url');
  await mergePatch(request, {
    kind: 'Secret',
    namespace,
    name: GITEE_KEY.secret,
    resourceVersion: read.resourceVersion,
    fieldManager: GITEE_FIELD_MANAGER,
    data: { [GITEE_KEY.key]: encodeSecretValue(key) },
  });
  return key;
}
