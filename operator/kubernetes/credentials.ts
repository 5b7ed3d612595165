import { NotFoundError } from './api-error.ts';
import type { DataObject } from './objects.ts';
import { resourcePath } from './paths.ts';
import type { ApiCall } from './request.ts';

/** A Secret as just read; values in base64. */
export type SecretReading =
  | {
      readonly found: true;
      readonly resourceVersion: string;
      readonly data: Readonly<Record<string, string>>;
    }
  | { readonly found: false };

/**
 * Reads one Secret. A Secret that does not exist is an answer, not an error.
 * @throws ForbiddenError or any other error of a request: then nothing is known about the Secret
 */
export async function readSecret(request: ApiCall, namespace: string, name: string): Promise<SecretReading> {
  try {
    const path = resourcePath({ version: 'v1', plural: 'secrets', namespace, name });
    const { body } = await request<DataObject>({ method: 'GET', path });
    return { found: true, resourceVersion: body.metadata.resourceVersion, data: body.data ?? {} };
  } catch (error) {
    if (error instanceof NotFoundError) return { found: false };
    throw error;
  }
}
