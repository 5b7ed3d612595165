import { join } from 'node:path';
import { defines } from '../go/defines.ts';
import { PathTable } from '../go/path-table.ts';

/** The path at which the engine finds {@link engineHelpers}. */
export const HELPERS_FILE = join(import.meta.dirname, '../../../engine/internal/shortcut/helpers.gotmpl');

/** The texts in compiled templates for which the engine has code of its own, one in each line. */
export function engineHelpers(): string {
  const table = new PathTable();
  table.text(['app', 'metadata']);
  const all = defines(new Set(['s', 'd', 'j', 'm', 't', 'u', 'r']), 'UTC') + table.declarations();
  return `${all.replaceAll(/(?<=\{\{end\}\})(?=\{\{(?:define|range splitList ` ` `a))/g, '\n')}\n`;
}
