/** The languages of the operator's own messages, by BCP 47. */
export const LOCALES = ['en', 'zh-CN'] as const;

/** One of {@link LOCALES}. */
export type Locale = (typeof LOCALES)[number];

/** A text in every language. */
export type Localised = Readonly<Record<Locale, string>>;
