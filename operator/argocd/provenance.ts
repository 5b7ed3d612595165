import { createHash } from 'node:crypto';
import { FIELD_MANAGER } from '../api/field-managers.ts';

/**
 * The origin of one of the operator's keys. It is part of the value, where the engine ignores it (a trigger's
 * `description`, an unknown field of a service or template), because a key's name alone proves nothing:
 * people also use `dt_` as an abbreviation of DingTalk.
 */
export interface Provenance {
  /** First eight characters of the CR's uid: a CR that was deleted and created again is a different CR. */
  readonly uid: string;
  /** metadata.generation of the CR that this value was compiled from. */
  readonly generation: number;
  /** Eight hex digits over the access of the value when it was compiled, see {@link shortHash}. */
  readonly hash: string;
  /** The template of another namespace that the value was made from, `namespace/name`: its owner may stop sharing it. */
  readonly template?: string;
}

/** Eight hex digits of SHA-256. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** The provenance of a CR's present generation. */
export function provenanceOf(
  metadata: { uid: string; generation: number },
  hash: string,
  template?: string,
): Provenance {
  const { uid, generation } = metadata;
  return { uid: shortUid(uid), generation, hash, ...(template !== undefined && { template }) };
}

/** Whether a value was made from this CR; a CR that was deleted and created again under its name is a different one. */
export function isMadeFrom(
  { uid }: Provenance,
  { metadata }: { readonly metadata: { readonly uid: string } },
): boolean {
  return shortUid(metadata.uid) === uid;
}

const shortUid = (uid: string): string => uid.slice(0, 8);

/** The text in the value. */
export function formatProvenance({ uid, generation, hash, template }: Provenance): string {
  const text = `${FIELD_MANAGER} ${uid}.${generation}.${hash}`;
  return template === undefined ? text : `${text} from ${template}`;
}

const TEXT = new RegExp(
  `${FIELD_MANAGER} ([0-9a-f]{8})\\.(\\d{1,15})\\.([0-9a-f]{8})(?: from ([-a-z0-9]+/[-a-z0-9]+))?`,
);

/** Found anywhere in a value, so the operator knows its value again after a hand edit; undefined for a foreign value. */
export function readProvenance(value: string): Provenance | undefined {
  const match = TEXT.exec(value);
  if (!match) return undefined;
  const [, uid, generation, hash, template] = match as unknown as [string, string, string, string, string?];
  return { uid, generation: Number(generation), hash, ...(template !== undefined && { template }) };
}
