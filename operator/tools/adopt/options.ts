import type { ConfigurationOptions } from '../known-configuration.ts';
import type { SplitBy } from './teams.ts';

/** All options of `argocd-dingtalk adopt`. */
export interface AdoptOptions extends ConfigurationOptions {
  readonly file?: string[];
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly redact?: boolean;
  readonly outputDir?: string;
  readonly output: 'yaml' | 'json';
  readonly splitBy?: SplitBy;
  readonly takeOver?: boolean;
  readonly wait: string;
  readonly acceptDifferences?: boolean;
  readonly force?: boolean;
  /** The tools that bring the old configuration back are prepared. */
  readonly ownerWillFollow?: boolean;
}
