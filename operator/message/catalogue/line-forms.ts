import type { Locale, Localised } from './locale.ts';

/** One part of a message's text in Handlebars, in a language: whole lines, line break included. */
export type LinesOfMessage = (locale: Locale) => string;

/** Between a label and its value. */
export const COLON: Localised = { en: ': ', 'zh-CN': '：' };

/** A text in both languages. */
export const localised = (en: string, chinese: string): Localised => ({ en, 'zh-CN': chinese });

/** A value with its label, in a list. */
export const item =
  (label: Localised, value: string): LinesOfMessage =>
  (locale) =>
    `- **${label[locale]}**${COLON[locale]}${value}\n`;

/** A block whose tags are on separate lines, which therefore leave no empty lines behind. */
export const block =
  (name: string, opening: string, ...content: readonly LinesOfMessage[]): LinesOfMessage =>
  (locale) =>
    `{{#${name} ${opening}}}\n${content.map((lines) => lines(locale)).join('')}{{/${name}}}\n`;
