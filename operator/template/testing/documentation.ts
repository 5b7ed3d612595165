import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** One example of docs/templates.md. */
export interface Example {
  readonly source: string;
  readonly result: string;
  /** The word beside the language's name: `refused`, `plain`, `url`, `gitee`, or nothing. */
  readonly kind: string;
  /** Where it begins in the page. */
  readonly line: number;
}

/** The page that describes the language. */
export const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/templates.md'), 'utf8');

const PAIR = /^```handlebars ?(.*)\n([\s\S]*?)\n```\n\n```text\n([\s\S]*?)\n```$/gm;

/** All examples with their results. */
export const EXAMPLES: readonly Example[] = [...PAGE.matchAll(PAIR)].map((match) => ({
  kind: match[1] ?? '',
  source: match[2] ?? '',
  result: match[3] ?? '',
  line: PAGE.slice(0, match.index).split('\n').length,
}));

/** The Application of the examples. */
export const APPLICATION: Readonly<Record<string, unknown>> = parse(
  /^```yaml example\n([\s\S]*?)^```$/m.exec(PAGE)?.[1] ?? '',
);

/** The event of Gitee of the examples about Gitee. */
export const GITEE_EVENT: unknown = parse(/^```yaml gitee\n([\s\S]*?)^```$/m.exec(PAGE)?.[1] ?? '');

/** The surroundings of the examples, as the page describes them. */
export const CONTEXT = { environment: 'production' };
export const COMMIT = {
  author: 'Magician',
  message: 'Limit the memory [skip ci], ask @ops',
  date: '2026-01-01T07:59:00Z',
};
export const SCOPE = {
  params: { owner: 'Payments' },
  event: { name: 'on-sync-failed', trigger: 'on-sync-failed' },
  argocdUrl: 'https://argocd.example.com',
  timeZone: 'Asia/Shanghai',
};
