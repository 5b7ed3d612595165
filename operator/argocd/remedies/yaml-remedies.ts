/** The remedy for a value that is no YAML. The engine names the line after the mistake, or none. */
export function yamlRemedy(message: string, value: string): string | undefined {
  if (!/\byaml: /.test(message)) return undefined;
  const lines = value.split('\n');
  const tab = lines.findIndex((line) => /^ *\t/.test(line));
  if (tab >= 0 && /tab character|cannot start any token/.test(message))
    return `Line ${tab + 1} of the value begins with a tab: YAML is indented by spaces only.`;
  const action = lines.findIndex((line) => /^\s*(- )?(- |[\w.-]+: +)\{\{/.test(line));
  if (action >= 0 && /invalid map key|did not find expected|mapping values/.test(message))
    return `Line ${action + 1} of the value begins with {{, which YAML reads as a map: put the text in single quotes, or below \`|\`.`;
  if (message.includes('cannot start any token'))
    return 'A text that begins with `, @, % or a tab needs quotes around it.';
  if (message.includes('mapping values are not allowed'))
    return 'A text with a colon and a space in it needs quotes around it, and lines of one map have the same indentation.';
  if (/could not find expected ':'|did not find expected/.test(message))
    return 'Indent all lines of a text below `|` further than the line with the `|`, and close each quote and bracket.';
  if (message.includes('unknown anchor'))
    return 'Each *NAME needs an &NAME before it in the same value. A text that begins with * needs quotes around it.';
  return undefined;
}
