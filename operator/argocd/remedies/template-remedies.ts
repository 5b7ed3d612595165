import { functionRemedy } from './function-remedies.ts';

/** The words of the engine about a Go template, and the remedy. */
const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [
    /unexpected "\\+" in /,
    'Quotes between {{ and }} are not escaped, although the text around them is JSON: write {{index .app.metadata.labels "team"}}, or backquotes.',
  ],
  [
    /unexpected "=" in /,
    'Go templates compare by a function: write {{if eq .a "b"}} in place of == and {{if ne .a "b"}} in place of !=.',
  ],
  [/unexpected "[&|]" in /, 'Go templates combine by functions: {{if and .a .b}}, {{if or .a .b}}.'],
  [/unexpected "!" in /, 'Go templates negate by a function: {{if not .a}}, {{if ne .a "b"}}.'],
  [
    /unexpected ">" in |unexpected "<" in /,
    'Go templates compare by functions: {{if gt .a 1}}, {{if lt .a 1}}.',
  ],
  [
    /bad character U\+005B/,
    'Go templates have no brackets: write {{index .list 0}} or {{index .map "key"}}.',
  ],
  [
    /bad character U\+00(2D|2F|22|2E)/,
    'A name with a dash, a slash or a dot is read by index: {{index .app.metadata.labels "app.kubernetes.io/name"}}.',
  ],
  [/malformed character constant|unterminated character constant/, 'Texts have double quotes or backquotes.'],
  [/unterminated (raw )?quoted string/, 'A text between {{ and }} has no closing quote on its line.'],
  [/unexpected "}" in |unclosed action/, 'An action that begins with {{ has to end with }}.'],
  [/unclosed comment/, 'A comment has the form {{/* … */}}.'],
  [/unclosed left paren|unexpected "\)"/, 'Each ( needs a ) in the same action.'],
  [/unexpected EOF/, 'Each {{if}}, {{range}}, {{with}} and {{define}} needs an {{end}}: one is missing.'],
  [
    /unexpected \{\{(end|else)\}\}/,
    'This {{end}} or {{else}} belongs to no {{if}}, {{range}} or {{with}}: remove it, or write the missing beginning.',
  ],
  [
    /undefined variable "\$/,
    'Set the variable before it is used, in the same block: {{$x := .app.metadata.name}}. Fields of the Application begin with .app.',
  ],
  [/missing value for command/, 'There is nothing between {{ and }}: remove the action.'],
];

/** The remedy for a mistake in a Go template. */
export function templateRemedy(message: string, text: string): string | undefined {
  if (!message.startsWith('template: ')) return undefined;
  const [, name] = /function "([^"]*)" not defined/.exec(message) ?? [];
  if (name !== undefined) return functionRemedy(name, text);
  return MISTAKES.find(([words]) => words.test(message))?.[1];
}
