import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The body of a webhook, parsed. */
export type GiteePayload = Record<string, unknown>;

const FOLDER = join(import.meta.dirname, 'payloads');

/** The names of all payloads: one of each kind of event that Gitee tells a DingTalk robot about. */
export const PAYLOAD_NAMES: readonly string[] = readdirSync(FOLDER)
  .map((file) => file.replace(/\.json$/, ''))
  .sort();

/** A payload in the shape that gitee.com sends, with invented names. Each call gives a new object. */
export const payload = (name: string): GiteePayload =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
