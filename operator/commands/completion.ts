import type { Command, Option } from 'commander';
import { completion, type Shell } from '../tools/completion/completion.ts';
import type { CompletedCommand, CompletedOption, CompletedValue } from '../tools/completion/words.ts';
import type { ProcessIO } from '../tools/process-io.ts';

/** `argocd-dingtalk completion`: a script for a shell, from the declarations of all commands. */
export function completionCommand(
  command: Command,
  io: ProcessIO,
  all: () => Promise<readonly Command[]>,
): void {
  command
    .addHelpText(
      'after',
      `
The script knows the commands of this version: print it again after an upgrade.

Exit codes: 0 done, 2 the command was called wrongly.

Examples:
  source <(argocd-dingtalk completion bash)                                          # in ~/.bashrc
  source <(argocd-dingtalk completion zsh)                                           # in ~/.zshrc, after compinit
  argocd-dingtalk completion fish > ~/.config/fish/completions/argocd-dingtalk.fish`,
    )
    .action(async (shell: Shell) => completion(shell, (await all()).map(completedCommand), io));
}

function completedCommand(command: Command): CompletedCommand {
  const help = { names: ['-h', '--help'], description: 'show the help', isList: false };
  return {
    name: command.name(),
    description: command.description(),
    options: [...command.options.map(completedOption), help],
    argument: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
}

function completedOption(option: Option): CompletedOption {
  const { short, long, description, required, variadic } = option;
  return {
    names: [short, long].filter((name) => name !== undefined),
    description,
    ...(required && { value: valueAfter(option) }),
    isList: variadic,
  };
}

/** The value by the word that stands for it in the declaration: `--config <file>`. */
function valueAfter({ argChoices, flags }: Option): CompletedValue {
  if (argChoices) return { choices: argChoices };
  if (/<(file|path)(\.\.\.)?>/.test(flags)) return 'file';
  return flags.includes('<dir>') ? 'folder' : 'text';
}
