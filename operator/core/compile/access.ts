import { shortHash } from '../provenance.ts';

/**
 * What a subscription's keys were allowed when they were compiled, as it travels in their provenance: the fence around
 * its applications, and whether it uses raw Go templates. An admin can withdraw either.
 */
export function accessHash(fence: string, usesRawTemplates: boolean): string {
  return shortHash(usesRawTemplates ? `${fence}\nraw` : fence);
}
