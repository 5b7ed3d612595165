import { expect, it } from 'vitest';
import { readMessage } from '../../message/parse.ts';
import { textHealthWarnings, typedHealthWarnings } from './resource-health.ts';

const warned = (content: string) => {
  const reading = readMessage({ message: { text: { content } }, params: {} });
  return reading.ok ? typedHealthWarnings(reading.message).map(({ reason }) => reason) : reading.findings;
};

it.each([
  '{{#each app.status.resources as |r|}}{{r.health.status}}{{/each}}',
  '{{#each app.status.resources as |r|}}{{#if (eq r.health.status "Degraded")}}{{r.name}}{{/if}}{{/each}}',
  '{{#with (at app.status.resources 0) as |r|}}{{r.health.status}}{{/with}}',
  '{{#if app.status.resources}}{{#each app.status.resources as |r|}}{{#with r.health as |h|}}{{h.status}}{{/with}}{{/each}}{{/if}}',
])('warns about a message that reads the health of resources: %s', (content) => {
  expect(warned(content)).toEqual(['ResourceHealthMissing']);
});

it.each([
  '{{app.status.health.status}} {{count app.status.resources}}',
  '{{#each app.status.resources as |r|}}{{r.name}}{{/each}}{{app.status.health.status}}',
  '{{#each app.status.conditions as |r|}}{{r.health.status}}{{/each}}',
])('says nothing about other messages: %s', (content) => {
  expect(warned(content)).toEqual([]);
});

it.each([
  ['{{range .app.status.resources}}{{.health.status}}{{end}}', 1],
  ['{{range $r := .app.status.resources}}{{$r.health.status}}{{end}}', 1],
  ["any(app.status?.resources ?? [], .health.status == 'Degraded')", 1],
  ['{{len .app.status.resources}} {{.app.status.health.status}}', 0],
  ["len(app.status.resources) > 3 and app.status?.health?.status == 'Degraded'", 0],
])('reads Go templates and conditions by their form: %s', (text, count) => {
  expect(textHealthWarnings(text, 'spec.message.raw')).toHaveLength(count);
});
