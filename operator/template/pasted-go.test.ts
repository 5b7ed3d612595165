import { describe, expect, it } from 'vitest';
import { problemOf } from './testing/problem.ts';

describe('a pasted Go template', () => {
  it.each([
    '{{.app.metadata.name}}',
    '{{ .app.metadata.name }}',
    '{{- .app.metadata.name -}}',
    '{{if .app.status.operationState}}a{{end}}',
    '{{if eq .app.status.sync.status "Synced"}}a{{else}}b{{end}}',
    '{{if app.a}}b{{/if}}',
    '{{else if .app.a}}',
    '{{range $i, $source := .app.spec.sources}}{{$source.repoURL}}{{end}}',
    '{{range app.a}}',
    '{{with .app.a}}{{.b}}{{end}}',
    '{{end}}',
    '{{ break }}',
    '{{app.a | upper}}',
    '{{app.a | default "b" | upper}}',
    '{{.app.a | default "b"}}',
    '{{(call .repo.GetCommitMetadata .app.status.sync.revision).Message}}',
    '{{call .repo.GetCommitMetadata .app.status.sync.revision}}',
    '{{$x := .app.a}}',
    '{{$x}}',
    '{{len .app.a}}',
    '{{not .app.a}}',
    '{{index .app.metadata.annotations "a.b/c"}}',
    '{{printf "%s" .app.a}}',
    '{{toJson .app}}',
    '{{template "x" .}}',
    '{{define "x"}}a{{end}}',
    '{{block "x" .}}{{end}}',
    '{{/* a comment */}}',
    '{{- /* a comment */ -}}',
    '{{.secrets.token}}',
    '{{.context.argocdUrl}}/applications/{{.app.metadata.name}}',
  ])('is recognised: %s', (source) => {
    const { message, line, column } = problemOf(`fixed\n ${source}`);
    expect(message).toContain(
      'is a Go template. Write Handlebars here: {{app.metadata.name}} without the dot in front',
    );
    expect(message).toContain('message.raw');
    expect([line, column]).toEqual([2, 2]);
  });

  it('is quoted, but not at length', () => {
    const { message } = problemOf(`{{ .app.metadata.name }} {{printf "${'x'.repeat(500)}" .app.a}}`);
    expect(message).toMatch(/^\{\{ \.app\.metadata\.name \}\} is a Go template/);
    expect(problemOf(`{{printf "${'x'.repeat(500)}" .app.a}}`).message.length).toBeLessThan(400);
  });

  it.each([
    ['{{!-- {{.app.a}} --}}{{uper app.a}}', 'there is no helper uper'],
    ['\\{{.app.a}} {{uper app.a}}', 'there is no helper uper'],
    ['{{uper "a | b .c $d" app.[x .y]}}', 'there is no helper uper'],
    ['{{#each app.a as | x |}}{{uper x}}{{/each}}', 'there is no helper uper'],
  ])('is not what %s is taken for', (source, told) => {
    expect(problemOf(source).message).toContain(told);
  });
});
