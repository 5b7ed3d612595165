import { shortHash } from '../provenance.ts';

/**
 * To be raised when conditions that were allowed before are refused: versions that were compiled before then do not
 * stay live on the strength of having been there. It drops retained versions only, and only once.
 */
const POLICY_VERSION = 1;

/**
 * What a subscription's keys were allowed when they were compiled, as it travels in their provenance: the fence around
 * its applications, and whether it uses raw Go templates. An admin can withdraw either.
 */
export function accessHash(fence: string, usesRawTemplates: boolean): string {
  return shortHash([fence, `policy ${POLICY_VERSION}`, ...(usesRawTemplates ? ['raw'] : [])].join('\n'));
}
