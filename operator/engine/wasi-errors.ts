/** The error numbers of WASI preview 1 that occur here. */
export const SUCCESS = 0;
export const BAD_FILE = 8;
export const INVALID = 28;
export const NOT_SUPPORTED = 52;
