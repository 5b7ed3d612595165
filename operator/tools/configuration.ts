import type { OperatorConfiguration } from '../config/config.ts';
import { ConfigurationError, loadConfigurationFile, parseConfiguration } from '../config/config-file.ts';
import { UsageError } from './process-io.ts';

const DEFAULTS = 'apiVersion: config.argocd-dingtalk.io/v1alpha1\nkind: OperatorConfiguration\n';

/**
 * The configuration of that file, or the defaults.
 * @throws UsageError with a line for each problem
 */
export function readConfiguration(file: string | undefined): OperatorConfiguration {
  try {
    return file === undefined ? parseConfiguration(DEFAULTS, '(defaults)') : loadConfigurationFile(file);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/**
 * The configuration of that file; undefined if the user names none.
 * @throws UsageError with a line for each problem
 */
export const givenConfiguration = (file: string | undefined): OperatorConfiguration | undefined =>
  file === undefined ? undefined : readConfiguration(file);
