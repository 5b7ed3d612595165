/**
 * Bounds for the time of reading and rendering. Handlebars' parser needs seconds for some kilobytes of nested
 * sub-expressions, so the source is bounded before it is parsed.
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
  /** Characters of a helper's argument that is a text in quotes. */
  literal: 256,
} as const;
