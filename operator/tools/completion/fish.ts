import { type CompletedCommand, type CompletedOption, PROGRAM } from './words.ts';

/** The script for fish. */
export const fishScript = (commands: readonly CompletedCommand[]): string =>
  [
    `# fish completion of ${PROGRAM}`,
    `complete -c ${PROGRAM} -f`,
    `complete -c ${PROGRAM} -n __fish_use_subcommand -l help -d 'Show the help'`,
    `complete -c ${PROGRAM} -n __fish_use_subcommand -l version -d 'Print the versions'`,
    ...commands.flatMap(({ name, description, options, argument }) => {
      const whenCalled = `complete -c ${PROGRAM} -n '__fish_seen_subcommand_from ${name}'`;
      return [
        `complete -c ${PROGRAM} -n __fish_use_subcommand -a ${name} -d ${quotedForFish(description)}`,
        ...options.map((option) => `${whenCalled} ${optionWords(option).join(' ')}`),
        ...(argument.length > 0 ? [`${whenCalled} -a '${argument.join(' ')}'`] : []),
      ];
    }),
    '',
  ].join('\n');

function optionWords({ names, description, value }: CompletedOption): string[] {
  return [
    ...names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)),
    ...(value === undefined ? [] : [valueWords(value)]),
    `-d ${quotedForFish(description)}`,
  ];
}

function valueWords(value: NonNullable<CompletedOption['value']>): string {
  if (value === 'file') return '-r -F';
  if (value === 'folder') return "-x -a '(__fish_complete_directories)'";
  return value === 'text' ? '-x' : `-x -a '${value.choices.join(' ')}'`;
}

const quotedForFish = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
