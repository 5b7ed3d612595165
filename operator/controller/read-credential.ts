import { redactError } from '../core/redact.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { readSecret } from '../kubernetes/credentials.ts';
import type { ReadSecret } from './credentials.ts';

/** Reads a Secret as the core knows it: plain text, or missing, or why it could not be read. */
export function readCredential({ request }: Pick<Connection, 'request'>): ReadSecret {
  return async (namespace, name) => {
    try {
      const secret = await readSecret(request, namespace, name);
      if (!secret.found) return { state: 'missing' };
      const data = Object.entries(secret.data).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString('utf8'),
      ]);
      return { state: 'found', data: Object.fromEntries(data) as Record<string, string> };
    } catch (error) {
      return { state: 'unreadable', message: redactError(error) };
    }
  };
}
