/** The name of the command that is completed. */
export const PROGRAM = 'argocd-dingtalk';

/** What can follow an option: one of some words, a file, a folder, or a text that only the user knows. */
export type CompletedValue = { readonly choices: readonly string[] } | 'file' | 'folder' | 'text';

/** An option of a command. */
export interface CompletedOption {
  /** `-f` and `--file`, or `--config` alone. */
  readonly names: readonly string[];
  readonly description: string;
  /** Absent if nothing follows the option. */
  readonly value?: CompletedValue;
  /** Whether several values can follow. */
  readonly isList: boolean;
}

/** A command with all that can follow its name. */
export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** The words that its argument can be; empty without an argument, or if only the user knows it. */
  readonly argument: readonly string[];
}
