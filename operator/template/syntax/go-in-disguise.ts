import { placeOf, TemplateError } from './problem.ts';
import { tagsIn } from './scan.ts';

/** Signs that only Go's templates have in their tags. Texts in quotes and keys in brackets are removed before. */
const SIGNS = [
  /^-?\s*(?:if|range|with|template|define|block)\s/,
  /^-?\s*(?:end|break|continue)\s*-?$/,
  /^-?\s*\/\*/,
  /^-\s|\s-$/,
  /(?:^|[\s(,])\.[A-Za-z_]/,
  /(?:^|[\s(,])\$/,
  /^(?!.*\bas\s+\|).*\s\|\s*[A-Za-z]/s,
];

const QUOTED = /"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|`[^`]*`|\[[^\]]*\]/g;

/** The problem with a pasted Go template, as Argo CD's own documentation shows them; undefined for any other text. */
export function goInDisguise(source: string): TemplateError | undefined {
  const found = tagsIn(source).find(({ text, isComment }) => !isComment && isGo(text));
  if (!found) return undefined;
  return new TemplateError(
    `${found.text.slice(0, 60)} is a Go template. Write Handlebars here: {{app.metadata.name}} without the dot in front, ` +
      '{{#if …}}…{{/if}}, {{#each … as |item|}}…{{/each}}, and helpers before their arguments. Write a whole Go template ' +
      'into message.raw, in a trusted namespace',
    placeOf(source, found.offset),
  );
}

function isGo(tag: string): boolean {
  if (tag.startsWith('{{{{')) return false;
  const inside = tag.replace(/^\{\{+|\}\}+$/g, '').replace(QUOTED, '""');
  return SIGNS.some((sign) => sign.test(inside));
}
