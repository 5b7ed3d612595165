/**
 * The remedies for the mistakes that Argo CD's engine refuses most often. The engine's own words say where it stopped, and not
 * what its author wanted: key-remedies.ts knows wrong keys, value-remedies.ts values of another form, yaml-remedies.ts texts that
 * are no YAML, template-remedies.ts and function-remedies.ts Go templates, expression-remedies.ts conditions.
 */

import { expressionRemedy } from './expression-remedies.ts';
import { keyRemedy } from './key-remedies.ts';
import { templateRemedy } from './template-remedies.ts';
import { valueRemedy } from './value-remedies.ts';
import { yamlRemedy } from './yaml-remedies.ts';

/**
 * What to do about a key that the engine refuses; undefined for a mistake that is not known. The remedy is a sentence, and repeats
 * nothing of a service's value, which may hold a credential.
 * @param message the engine's own words
 * @param value the value of the key
 * @param field the part of the value, if the engine knows it: `when`, `oncePer`, `webhook.<service>.body` and the like
 */
export function engineRemedy(
  key: string,
  message: string,
  value: string,
  field?: string,
): string | undefined {
  return (
    keyRemedy(key, message) ??
    valueRemedy(key, message) ??
    yamlRemedy(message, value) ??
    templateRemedy(message, value) ??
    expressionRemedy(message, value, field)
  );
}
