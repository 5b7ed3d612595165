import { describe, expect, it } from 'vitest';
import { SOURCES } from './sources.ts';

/**
 * Files that compare reasons with texts, by how often. All of them look at conditions of a status: the API server keeps nothing
 * of a condition but its status, reason and message, so that there the reason is the state.
 */
const CONDITIONS: Readonly<Record<string, number>> = {
  'core/status/changes.ts': 2,
  'core/status/conditions.ts': 1,
  'core/status/wanted-status.ts': 1,
};

/** A reason that is held against a text, a list of texts, or a `switch`. */
const COMPARED = [
  /\breason\b\)?\s*[!=]==?\s*['"`]/g,
  /['"`]\s*[!=]==?\s*[\w.?]*\breason\b/g,
  /\bswitch \([^)\n]*\breason\b/g,
  /\.(?:includes|has|test)\([^)\n]*\breason\b/g,
];

const comparisonsIn = (text: string): number =>
  COMPARED.reduce((sum, pattern) => sum + [...text.matchAll(pattern)].length, 0);

describe('the core and the controller', () => {
  it('decide by the states of verdicts, and never by the reason that people read', () => {
    const found = SOURCES.filter(({ path }) => /^(core|controller)\//.test(path)).flatMap(
      ({ path, text }) => {
        const count = comparisonsIn(text);
        return count === 0 ? [] : [[path, count] as const];
      },
    );
    expect(Object.fromEntries(found)).toEqual(CONDITIONS);
  });

  it.each([
    "if (finding.reason === 'EngineRefused') return;",
    "if (finding?.reason !== 'EngineRefused') return;",
    "const is = ({ reason }: Finding) => reason === 'A' || isOther;",
    "if ('EngineRefused' === verdict.refusal?.reason) return;",
    'switch (finding.reason) {',
    'if (PENDING.has(finding.reason)) return;',
    "if (['A', 'B'].includes(refusal?.reason ?? '')) return;",
  ])('are looked at for such as %s', (line) => {
    expect(comparisonsIn(line)).toBe(1);
  });
});
