/** A text as one word of a shell's command line, in quotes. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The same without quotes where none are needed. */
export const shellWord = (text: string): string => (/^[\w./:@=-]+$/.test(text) ? text : shellQuoted(text));
