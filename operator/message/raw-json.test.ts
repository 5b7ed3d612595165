import { describe, expect, it } from 'vitest';
import { goSegments } from './go-segments.ts';
import { jsonDefect } from './raw-json.ts';

/** `line:column message`. */
const defect = (body: string): string | undefined => {
  const found = jsonDefect(body);
  return found && `${found.line}:${found.column} ${found.message}`;
};

describe('a mistake in the fixed text of a body', () => {
  it.each([
    ['a line break', '{"a":"x\ny"}', '1:8 a line ends inside of a JSON string. Write \\n'],
    ['one after an action', '{\n"a":"{{.x}}\n> {{.y}}"}', '2:12 a line ends inside'],
    ['one in a branch', '{"a":"{{if .x}}\ny{{end}}"}', '1:16 a line ends inside'],
    ['a tab', '{"a":"x\ty"}', '1:8 there is a tab inside'],
    ['a bell', '{"a":"x\u0007y"}', '1:8 there is an invisible control character'],
    ['an unescaped quote', '{"a":"say "yes" twice"}', '1:11 a quote inside of a JSON string is not escaped'],
    ['an unescaped quote at an action', '{"a":"x" y {{.b}}"}', '1:8 a quote inside'],
    ['two strings', '{"a" "b"}', '1:6 a comma is missing between two JSON strings'],
    ['an escape of another language', '{"a":"\\d"}', '1:7 \\d is not an escape of JSON'],
    ['a comma too many', '{"a":[1,\n]}', '1:8 there is a comma after the last item'],
    ['two commas', '{"a":1,,"b":2}', '1:8 there are two commas'],
    ['no comma', '{"a":{"b":1}\n"c":2}', '2:1 a comma is missing before this'],
    ['single quotes', "{'a': 1}", '1:2 JSON has double quotes'],
    ['a comment', '{"a":1 // one\n}', '1:8 JSON has no comments'],
    ['a bare name', '{a:1}', '1:2 the name of a field needs double quotes'],
    ['no closing quote', '{"a":"x}', '1:6 the JSON string that begins here has no closing quote'],
    ['quotes twice', '{"a":"{{toJson .x}}"}', '1:7 toJson and toRawJson print the quotes'],
    ['quotes twice by a pipe', '{"a":"{{.x | toRawJson}}"}', '1:7 toJson and toRawJson print the quotes'],
  ])('is found: %s', (_, body, message) => {
    expect(defect(body)).toMatch(message.slice(0, 4));
    expect(defect(body)).toContain(message);
  });

  it.each([
    '',
    '{"msgtype":"text","text":{"content":"{{.app.metadata.name}}\\n{{.x}}"},"n":[1,-2.5e3,true,null]}',
    '{\n\t"a": "{{if .x}}"\n,"b": "{{end}}y"\n}',
    '{"a": {{if .x}}"b{{else}}"c{{end}} d"}',
    '{"a": {{toJson .x}}, "b": [{{range .l}}"{{.}}",{{end}}"z"]}',
    '{"a":"x {{- if .y -}}\n   b\n   {{- end }}"}',
    '{"a":"{{index .m "k"}} {{`"\n`}} {{/* }} " \n */}}"}',
    '{{define "x"}}{"a":1}{{end}}{{template "x" .}}',
    '{"a":"{{toJson .x | trunc 5}}"}',
    '{"a":"\\u00e9\\/\\\\"}',
  ])('is not found: %s', (body) => {
    expect(defect(body)).toBeUndefined();
  });

  it('takes no time for a body of a megabyte', () => {
    const before = process.cpuUsage();
    for (const body of [
      '{{'.repeat(16_384),
      `${'{{if .a}}'.repeat(20_000)}"`,
      '"'.repeat(500_000),
      '{{"'.repeat(16_384),
    ])
      jsonDefect(body);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
  });
});

it('keeps the offsets of all pieces', () => {
  const template = 'a \n {{- if `}}` -}}  b {{/* }} */}}{{ .c }}';
  expect(
    goSegments(template).map(({ kind, text, from }) => [kind, text, template.slice(from, from + 3)]),
  ).toEqual([
    ['text', 'a', 'a \n'],
    ['action', 'if `}}`', '{{-'],
    ['text', 'b ', 'b {'],
    ['action', '/* }} */', '{{/'],
    ['text', '', '{{ '],
    ['action', '.c', '{{ '],
    ['text', '', ''],
  ]);
});
