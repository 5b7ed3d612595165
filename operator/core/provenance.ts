import { createHash } from 'node:crypto';
import { FIELD_MANAGER } from './names.ts';

/**
 * Where a key of ours comes from. It travels inside the value, where the engine ignores it (a trigger's
 * `description`, an unknown field of a service or template), because a key's name alone proves nothing:
 * `dt_` is also what people call DingTalk.
 */
export interface Provenance {
  /** First eight characters of the CR's uid: a CR that was deleted and made again is another one. */
  readonly uid: string;
  /** metadata.generation of the CR that this value was compiled from. */
  readonly generation: number;
  /** Eight hex digits over what the value was allowed when it was compiled, see {@link shortHash}. */
  readonly hash: string;
}

/** Eight hex digits of SHA-256. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** The provenance of a CR's present generation. */
export function provenanceOf(metadata: { uid: string; generation: number }, hash: string): Provenance {
  return { uid: metadata.uid.slice(0, 8), generation: metadata.generation, hash };
}

/** The text that travels in the value. */
export function formatProvenance(provenance: Provenance): string {
  return `${FIELD_MANAGER} ${provenance.uid}.${provenance.generation}.${provenance.hash}`;
}

/** Found anywhere in a value, so that a hand edit of ours is still known as ours; undefined for a foreign value. */
export function readProvenance(value: string): Provenance | undefined {
  const match = new RegExp(`${FIELD_MANAGER} ([0-9a-f]{8})\\.(\\d{1,15})\\.([0-9a-f]{8})`).exec(value);
  if (!match) return undefined;
  const [, uid, generation, hash] = match as unknown as [string, string, string, string];
  return { uid, generation: Number(generation), hash };
}
