import { readFileSync } from 'node:fs';

/** The version of the operator and its commands, from package.json. A bundle has it inside (operator/bundle/plugins.ts). */
export const OPERATOR_VERSION: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;
