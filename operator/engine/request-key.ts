import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import type { EngineRequest } from './types.ts';

/** Identifies a request by its content, whatever the order of its keys: the hash of its canonical JSON. */
export function requestKey(request: EngineRequest): string {
  return createHash('sha256')
    .update(canonicalJson(request) ?? '')
    .digest('base64');
}
