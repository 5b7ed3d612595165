import { expect, it } from 'vitest';
import { problemOf } from './problem.ts';

/** A source, where its problem is, and what its author is told. */
type Row = readonly [source: string, place: string, told: string];

/** A test for each source that has to be refused. */
export const refuses = (rows: readonly Row[]) =>
  it.each(rows)('%j at %s: %s', (source, place, told) => {
    const { message, line, column } = problemOf(source);
    expect(`${line}:${column}`).toBe(place);
    expect(message).toContain(told);
  });
