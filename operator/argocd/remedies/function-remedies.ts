import { closest } from '../../lib/closest.ts';
import { own } from '../../lib/own.ts';
import { TEMPLATE_FUNCTIONS } from './template-functions.ts';

/** What a template reads; each stands behind a dot. */
const ROOTS: ReadonlySet<string> = new Set([
  'app',
  'context',
  'secrets',
  'serviceType',
  'recipient',
  'repo',
  'time',
  'strings',
]);

/** Functions of other languages and tools, and what the engine has for them. */
const RENAMED: Readonly<Record<string, string>> = {
  truncate:
    '`trunc`, with the length first: {{trunc 10 .app.metadata.name}} or {{.app.metadata.name | trunc 10}}',
  substring: '`substr`, with start and end first: {{substr 0 7 .app.status.sync.revision}}',
  left: '`trunc`, with the length first: {{.app.status.sync.revision | trunc 7}}',
  toUpper: '`upper`',
  toUpperCase: '`upper`',
  uppercase: '`upper`',
  toLower: '`lower`',
  toLowerCase: '`lower`',
  lowercase: '`lower`',
  capitalize: '`title`',
  length: '`len`',
  size: '`len`',
  startsWith: '`hasPrefix`, with the beginning first: {{if hasPrefix "prod-" .app.metadata.name}}',
  endsWith: '`hasSuffix`, with the end first: {{if hasSuffix "-prod" .app.metadata.name}}',
  includes: '`contains`, with the part first: {{if contains "prod" .app.metadata.name}}',
  equals: '`eq`: {{if eq .app.status.sync.status "Synced"}}',
  isEmpty: '`empty`: {{if empty .app.spec.source}}',
  escape: '`toJson`, which writes the quotes around the text, too: {{toJson .app.metadata.name}}',
  jsonEscape: '`toJson`, which writes the quotes around the text, too: {{toJson .app.metadata.name}}',
  json: '`toJson`, which writes the quotes around the text, too: {{toJson .app.metadata.name}}',
  toYaml: '`toJson`',
  fromYaml: '`fromJson`',
  formatDate: '`date`: {{now | date "2006-01-02 15:04"}}',
  dateFormat: '`date`: {{now | date "2006-01-02 15:04"}}',
  formatTime: '`date`: {{now | date "2006-01-02 15:04"}}',
  elseif: '`else if`: {{else if .a}}',
  elif: '`else if`: {{else if .a}}',
  endif: '`end`: {{end}}',
};

/** Helm has them, and a message does not need them. */
const OF_HELM: ReadonlySet<string> = new Set(['include', 'tpl', 'required', 'lookup', 'env', 'expandenv']);

const LONGEST_PATH = 120;

/**
 * The remedy for a function that the engine does not have.
 * @param text the template, or the value around it
 */
export function functionRemedy(name: string, text: string): string {
  if (ROOTS.has(name)) {
    const path = new RegExp(`(?<![.\\w])${name}(?:\\.\\w+)+`).exec(text)?.[0].slice(0, LONGEST_PATH) ?? name;
    return `Write a dot before it: {{.${path}}}.`;
  }
  const renamed = own(RENAMED, name) ?? own(RENAMED, closest(name, Object.keys(RENAMED)) ?? '');
  const guess = closest(name, TEMPLATE_FUNCTIONS);
  const isMisspelt = guess !== undefined && guess.toLowerCase() === name.toLowerCase();
  if (isMisspelt) return `Did you mean \`${guess}\`? Capital letters count.`;
  if (OF_HELM.has(name))
    return `Argo CD's templates do not have Helm's function ${name}: write the text itself.`;
  if (renamed !== undefined) return `Use ${renamed}.`;
  if (guess !== undefined) return `Did you mean \`${guess}\`?`;
  return `Templates have the functions of Go and of https://masterminds.github.io/sprig. A field of the Application begins with .app, and a text has quotes: {{"${name.slice(0, LONGEST_PATH)}"}}.`;
}
