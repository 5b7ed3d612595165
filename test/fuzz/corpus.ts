import { existsSync, readFileSync } from 'node:fs';
import { HOSTILE_CONDITIONS, HOSTILE_TEMPLATES } from '../../operator/core/gate/testing/hostile.ts';
import { CATALOGUE } from '../../operator/message/catalogue/catalogue.ts';
import { defaultMessage } from '../../operator/message/catalogue/default-message.ts';
import { LOCALES } from '../../operator/message/catalogue/locale.ts';
import { OWN_MESSAGES } from '../../operator/message/testing/own-messages.ts';

/** Texts to begin with. */
export interface Corpus {
  /** Go templates. */
  readonly templates: readonly string[];
  readonly handlebars: readonly string[];
  readonly expressions: readonly string[];
}

const TEMPLATES = [
  '{"msgtype":"text","text":{"content":"{{ .app.metadata.name }}"}}',
  '{"msgtype":"text","text":{"content":{{ printf "%s 已同步 🟢" .app.metadata.name | toRawJson }}}}',
  '{"msgtype":"markdown","markdown":{"title":{{ .app.metadata.name | toRawJson }},"text":"### {{ .app.spec.project }}\\n> {{ .context.argocdUrl }}"}}',
  '{{ $name := .app.metadata.name }}{"msgtype":"text","text":{"content":{{ print $name " " .recipient | toRawJson }}}}',
  '{"msgtype":"text","text":{"content":"{{ if .app.status.operationState }}{{ .app.status.operationState.phase }}{{ else }}none{{ end }}"}}',
  '{"a":[{{ range $i, $c := .app.status.conditions }}{{ if $i }},{{ end }}{{ $c.message | toRawJson }}{{ end }}]}',
  '{"a":"{{ with .app.metadata.labels }}{{ .tier }}{{ end }}{{ (call .time.Now).Year }}"}',
  '{{ define "x" }}{{ . | upper | toRawJson }}{{ end }}{"a":{{ template "x" .app.metadata.name }}}',
  '{"a":{{ dict "k" (list 1 2 3) | toRawJson }},"b":{{ default "none" .app.metadata.annotations.x | quote }}}',
  '{"a":"{{ call .strings.ReplaceAll .app.metadata.name "-" "_" }}","b":"{{ .secrets }}"}',
];

const EXPRESSIONS = [
  'true',
  "app.status?.operationState?.phase in ['Error', 'Failed']",
  "app.status?.health?.status == 'Degraded' and app.spec.project startsWith 'pay'",
  "(app.metadata?.labels?.['tier'] ?? 'none') matches '^(gold|silver)$'",
  "any(app.status?.resources ?? [], #.kind == 'Job' and (#.health?.status ?? '') == 'Degraded')",
  'count(app.status?.resources ?? [], .status == "OutOfSync") > 3',
  'time.Now().Sub(time.Parse(app.status.operationState.startedAt)).Minutes() > 10',
  "strings.ReplaceAll(app.metadata.name, '-', '_') != '' // comment",
  'app.status?.operationState?.startedAt',
  'app.status?.sync?.revision',
  'app.status?.operationState?.finishedAt ?? app.status?.operationState?.startedAt',
  'len(app.spec?.sources ?? []) > 1 ? app.spec.project == "a" : false',
  'date(app.status.reconciledAt).Year() >= 2_000 and 0x1F != 1e3',
  'all(first(app.status.conditions ?? [[]]) ?? [], {# != nil})',
];

/** One verdict of Argo CD's engine, as engine/testdata has them. */
interface Row {
  readonly key: string;
  readonly value: string;
}

/** Good texts, hostile ones, and all that the engine's own tests know of. */
export function loadCorpus(): Corpus {
  const rows = ['verdicts.jsonl', 'verdicts-config.jsonl'].flatMap(rowsOf);
  const conditions = rows.filter(({ key }) => key.endsWith(':when')).map(({ value }) => value);
  const others = rows.filter(({ key }) => !key.endsWith(':when')).map(({ value }) => value);
  return {
    templates: [...TEMPLATES, ...TEMPLATES, ...Object.values(HOSTILE_TEMPLATES), ...others],
    handlebars: handlebarsTexts(),
    expressions: [...EXPRESSIONS, ...EXPRESSIONS, ...Object.values(HOSTILE_CONDITIONS), ...conditions],
  };
}

/** The catalogue's messages, a team's own, and Go templates pasted by mistake. */
function handlebarsTexts(): string[] {
  const catalogue = CATALOGUE.flatMap(({ name }) =>
    LOCALES.flatMap((locale) => Object.values(defaultMessage(name, locale))),
  );
  const own = Object.values(OWN_MESSAGES).flatMap(({ message }) => textsIn(message));
  return [...catalogue, ...own, ...own, ...TEMPLATES];
}

const textsIn = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : Object.values(value as object).flatMap(textsIn);

function rowsOf(name: string): Row[] {
  const file = new URL(`../../engine/testdata/${name}`, import.meta.url);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
}
