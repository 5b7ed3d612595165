import { type CompletedCommand, type CompletedOption, PROGRAM } from './words.ts';

/**
 * The script for bash, from version 3.2 of macOS on. `takes` says what the option before the cursor takes: `file`,
 * `folder`, `text` or the words to choose from, with a `+` in front if several can follow.
 */
export const bashScript = (commands: readonly CompletedCommand[]): string => `# bash completion of ${PROGRAM}

_argocd_dingtalk_takes() {
  case "$1 $2" in
${commands.flatMap(({ name, options }) => options.flatMap((option) => takesLine(name, option))).join('\n')}
  *) takes='' ;;
  esac
}

_argocd_dingtalk_words() {
  case "$1" in
${commands.map(({ name, options, argument }) => `  ${name}) words='${[...argument, ...options.flatMap(({ names }) => names)].join(' ')}' ;;`).join('\n')}
  *) words='' ;;
  esac
}

_argocd_dingtalk() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" command='' takes='' words='' word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -z $command ]]; then
      [[ $word == -* ]] || command=$word
    elif [[ $word == -* ]]; then
      _argocd_dingtalk_takes "$command" "$word"
    elif [[ $word != '=' && $takes != +* ]]; then
      takes=''
    fi
  done
  [[ $cur == '=' ]] && cur=''
  if [[ -z $command ]]; then
    words='${[...commands.map(({ name }) => name), 'help', '--help', '--version'].join(' ')}'
  elif [[ $command == help ]]; then
    words='${commands.map(({ name }) => name).join(' ')}'
  elif [[ -z $takes || $cur == -* ]]; then
    _argocd_dingtalk_words "$command"
  else
    case "\${takes#+}" in
    file) return ;; # readline completes names of files
    folder) COMPREPLY=($(compgen -d -- "$cur")) && return ;;
    text) ;;
    *) words=\${takes#+} ;;
    esac
  fi
  # Older versions of bash have no compopt, and offer files where nothing else fits.
  compopt +o default 2>/dev/null
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}

complete -o default -F _argocd_dingtalk ${PROGRAM}
`;

function takesLine(command: string, { names, value, isList }: CompletedOption): string[] {
  if (value === undefined) return [];
  const takes = typeof value === 'string' ? value : value.choices.join(' ');
  const patterns = names.map((name) => `"${command} ${name}"`).join(' | ');
  return [`  ${patterns}) takes='${isList ? '+' : ''}${takes}' ;;`];
}
