/**
 * What bounds the time that reading and rendering take. Handlebars' parser needs seconds for some kilobytes of nested
 * sub-expressions, so the source is bounded before it sees it.
 */
export const LIMITS = {
  /** Characters of a template's source. */
  source: 8_192,
  /** Blocks in blocks, and calls in calls. */
  nesting: 16,
  /** Texts, values and blocks together. */
  nodes: 1_000,
  /** `#each` in `#each`. */
  loops: 2,
  /** Steps of a path, and characters of one step. */
  segments: 16,
  segment: 256,
  /** Characters of a text in quotes that a helper takes. */
  literal: 256,
} as const;
