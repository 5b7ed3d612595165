/** The kind of argument that a helper takes in one place. */
export type ArgumentKind =
  /** Any value or literal. */
  | 'any'
  /** A path into the data: lists and maps come from nowhere else. */
  | 'data'
  /** Text in quotes, of a bounded length. */
  | 'text'
  /** The same, but not empty. */
  | 'search'
  /** A whole number written out. */
  | 'place'
  | 'length'
  /** How a time is written, and where. */
  | 'format'
  | 'zone';

/** How a helper is called. */
export interface HelperSignature {
  readonly args: readonly ArgumentKind[];
  /** How many of the arguments may be left out, from the end. */
  readonly optional?: number;
  /** How often the last argument may appear in all; 1 unless given. */
  readonly repeat?: number;
  readonly usage: string;
}

/** The helpers of the language, by name; docs/templates.md explains each with an example. */
export const HELPERS: Readonly<Record<string, HelperSignature>> = {
  default: { args: ['any', 'any'], repeat: 3, usage: 'default VALUE OTHER' },
  upper: { args: ['any'], usage: 'upper VALUE' },
  lower: { args: ['any'], usage: 'lower VALUE' },
  short: { args: ['any'], usage: 'short VALUE' },
  truncate: { args: ['any', 'length'], usage: 'truncate VALUE 300' },
  replace: { args: ['any', 'search', 'text'], usage: 'replace VALUE "old" "new"' },
  urlencode: { args: ['any'], usage: 'urlencode VALUE' },
  concat: { args: ['any'], repeat: 8, usage: 'concat VALUE "text" …' },
  markdown: { args: ['any'], usage: 'markdown VALUE' },
  join: { args: ['data', 'text'], usage: 'join LIST ", "' },
  at: { args: ['data', 'place'], usage: 'at LIST 0' },
  count: { args: ['data'], usage: 'count LIST' },
  date: { args: ['any', 'format', 'zone'], optional: 1, usage: 'date VALUE "YYYY-MM-DD HH:mm:ss"' },
  eq: { args: ['any', 'any'], usage: 'eq VALUE "text"' },
  ne: { args: ['any', 'any'], usage: 'ne VALUE "text"' },
  contains: { args: ['any', 'any'], usage: 'contains VALUE "text"' },
  not: { args: ['any'], usage: 'not VALUE' },
  and: { args: ['any'], repeat: 8, usage: 'and VALUE VALUE …' },
  or: { args: ['any'], repeat: 8, usage: 'or VALUE VALUE …' },
};

/** Names to which Handlebars gives a meaning, so nothing else may have these names. */
export const BUILT_IN = ['if', 'unless', 'each', 'with', 'lookup', 'log', 'else', 'this', 'as'];

/** The tokens of a time's format; the text between the tokens is fixed. */
export const DATE_TOKENS = { YYYY: '2006', MM: '01', DD: '02', HH: '15', mm: '04', ss: '05' } as const;
export const DATE_FORMAT = /^(?:YYYY|MM|DD|HH|mm|ss|[-:/ .,年月日时分秒])+$/;

/** The longest text that `truncate` may leave, in characters. */
export const MAX_LENGTH = 5_000;
