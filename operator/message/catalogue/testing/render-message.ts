import Handlebars from 'handlebars';
import type { MarkdownSource } from '../headline.ts';

/** The input for rendering a message. */
export interface Scene {
  readonly app: object;
  readonly event?: { readonly name: string };
  readonly appUrl?: string;
}

const HELPERS: Readonly<Record<string, (...values: never[]) => unknown>> = {
  default: (value: unknown, otherwise: unknown) => value || otherwise,
  or: (one: unknown, other: unknown) => one || other,
  join: (list: readonly string[] | undefined, separator: string) => (list ?? []).join(separator),
  date: (time: string) => time.replace('T', ' ').replace('Z', ''),
};

const handlebars = Handlebars.create();
for (const [name, helper] of Object.entries(HELPERS)) handlebars.registerHelper(name, helper as never);
// Roots must be visible inside blocks, and block parameters are.
handlebars.registerHelper('roots', (options: Handlebars.HelperOptions & { hash: Scene }) =>
  options.fn({}, { blockParams: [options.hash.app, options.hash.event, options.hash.appUrl] }),
);

/** A message as Handlebars itself renders it, with times in UTC. */
export function renderMessage({ title, text }: MarkdownSource, scene: Scene): MarkdownSource {
  const render = (source: string): string =>
    handlebars.compile(
      `{{#roots app=app event=event appUrl=appUrl as |app event appUrl|}}${source}{{/roots}}`,
      { noEscape: true },
    )(scene);
  return { title: render(title), text: render(text) };
}
