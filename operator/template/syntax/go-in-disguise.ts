import { placeOf, TemplateError } from './problem.ts';
import { tagsIn } from './scan.ts';

/** What only Go's templates have in their tags; texts in quotes and keys in brackets are taken out before. */
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

/** A Go template that was pasted, which is what Argo CD's own documentation has; undefined for anything else. */
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
