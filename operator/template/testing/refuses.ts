import { expect, it } from 'vitest';
import { problemOf } from './problem.ts';

/** A source, the place of its problem, and the message for its author. */
type Row = readonly [source: string, place: string, told: string];

/** A test for each source that has to be refused. */
export const refuses = (rows: readonly Row[]) =>
  it.each(rows)('%j at %s: %s', (source, place, told) => {
    const { message, line, column } = problemOf(source);
    expect(`${line}:${column}`).toBe(place);
    expect(message).toContain(told);
  });
