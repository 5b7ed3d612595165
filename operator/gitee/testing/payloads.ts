import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The body of a webhook, parsed. */
export type GiteePayload = Record<string, unknown>;

const FOLDER = join(import.meta.dirname, 'payloads');

/** The names of all payloads: one of each kind of event that Gitee tells a DingTalk robot about. */
export const PAYLOAD_NAMES: readonly string[] = readdirSync(FOLDER)
  .map((file) => file.replace(/\.json$/, ''))
  .sort();

/** Payloads that gitee.com has sent, which are not a part of the project: in a folder beside it, or in any other. */
const REAL = process.env.GITEE_PAYLOADS ?? join(import.meta.dirname, '../../../../shared/data/gitee');

/** Such payloads by name; none if the folder is not there. */
export const realPayloads = (): ReadonlyMap<string, GiteePayload> =>
  new Map(
    (existsSync(REAL) ? readdirSync(REAL) : [])
      .filter((file) => file.endsWith('.json'))
      .map((file) => [file.replace(/\.json$/, ''), JSON.parse(readFileSync(join(REAL, file), 'utf8'))]),
  );

/** A payload in the shape that gitee.com sends, with invented names. Each call gives a new object. */
export const payload = (name: string): GiteePayload =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
