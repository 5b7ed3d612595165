import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { type OperatorConfiguration, operatorConfigurationSchema } from './config.ts';

/** The problems of a configuration file: one line for each, with file, line, column and field. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Reads and validates the operator's configuration file.
 * @throws ConfigurationError if the file can't be read, is not YAML, or breaks the schema
 */
export function loadConfigurationFile(file: string): OperatorConfiguration {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`${file}: cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return parseConfiguration(text, file);
}

/** The same for a text; `file` is how messages name it. */
export function parseConfiguration(text: string, file: string): OperatorConfiguration {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    const lines = document.errors.map((error) => `${at(error.pos[0])}: ${error.message}`);
    throw new ConfigurationError(lines.join('\n'));
  }
  const result = operatorConfigurationSchema.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: [...path, key], message: 'unknown field' }));
    if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path, message }));
    return [{ path, message: issue.message }];
  });
  const lines = problems.map(({ path, message }) => {
    return `${at(offsetOf(document, path as (string | number)[]))}: ${path.join('.') || '(file)'}: ${message}`;
  });
  throw new ConfigurationError(lines.join('\n'));
}

/** The place of a field in the text; for a missing field, the place of its parent. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly (string | number)[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}
