import { shortHash } from '../provenance.ts';

/**
 * To be raised when conditions that were allowed before are refused: versions that were compiled before then do not
 * stay live on the strength of having been there. It drops retained versions only, and only once.
 */
const POLICY_VERSION = 1;

/** What a subscription makes use of that not everybody may. */
export interface Uses {
  /** Raw Go templates. */
  readonly raw: boolean;
  /** Conditions of its own. */
  readonly expressions: boolean;
}

/**
 * What a subscription's keys were allowed when they were compiled, as it travels in their provenance: the fence around
 * its applications, and what it uses. An admin can withdraw each of them.
 */
export function accessHash(fence: string, { raw, expressions }: Uses): string {
  const uses = [...(raw ? ['raw'] : []), ...(expressions ? ['expressions'] : [])];
  return shortHash([fence, `policy ${POLICY_VERSION}`, ...uses].join('\n'));
}

/** The hashes of all that may stay live with a fence. */
export function allowedHashes(fence: string, may: Uses): string[] {
  const choices = (allowed: boolean) => (allowed ? [false, true] : [false]);
  return choices(may.raw).flatMap((raw) =>
    choices(may.expressions).map((expressions) => accessHash(fence, { raw, expressions })),
  );
}
