import { shellQuoted } from '../../lib/shell.ts';
import { type CompletedCommand, type CompletedOption, PROGRAM } from './words.ts';

/** The script for zsh, to be sourced or to lie in a folder of `fpath` as `_argocd-dingtalk`. */
export const zshScript = (commands: readonly CompletedCommand[]): string => `#compdef ${PROGRAM}

_${PROGRAM}() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${shellQuoted(`${name}:${description}`)}`).join('\n')}
  )
  _arguments -C '(- *)--help[show the help]' '(- *)--version[print the versions]' '1: :->command' '*:: :->rest'
  case $state in
  command) _describe -t commands command commands ;;
  rest)
    case $words[1] in
    help) _describe -t commands command commands ;;
${commands.map(commandCase).join('\n')}
    esac
    ;;
  esac
}

if [[ $funcstack[1] == _${PROGRAM} ]]; then
  _${PROGRAM} "$@"
else
  compdef _${PROGRAM} ${PROGRAM}
fi
`;

function commandCase({ name, options, argument }: CompletedCommand): string {
  const specs = options.flatMap(optionSpecs);
  if (argument.length > 0) specs.push(shellQuoted(`1:argument:(${argument.join(' ')})`));
  // zsh has no word for values that end at the next option: the first one belongs to the option, and the rest to the command.
  if (options.some(({ value, isList }) => isList && value === 'file'))
    specs.push(shellQuoted('*:value:_files'));
  return `    ${name}) _arguments ${specs.join(' ')} ;;`;
}

/** One word for each name of an option: other names of the same option exclude it, unless it is a list. */
function optionSpecs({ names, description, value, isList }: CompletedOption): string[] {
  const text = description.replaceAll(/[[\]\\:]/g, String.raw`\$&`);
  const first = isList ? '*' : `(${names.join(' ')})`;
  return names.map((name) =>
    shellQuoted(`${first}${name}[${text}]${value === undefined ? '' : valueSpec(value)}`),
  );
}

function valueSpec(value: NonNullable<CompletedOption['value']>): string {
  if (typeof value !== 'string') return `:value:(${value.choices.join(' ')})`;
  return `:value:${{ file: '_files', folder: '_files -/', text: ' ' }[value]}`;
}
