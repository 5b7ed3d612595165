import { describe, expect, it } from 'vitest';
import { SOURCES } from './sources.ts';

/**
 * Files that compare reasons with texts, by how often. All of them look at conditions of a status: the API server keeps nothing
 * of a condition but its status, reason and message, so that there the reason is the state. The same holds for the answers in the
 * status of a RelayRoute.
 */
const CONDITIONS: Readonly<Record<string, number>> = {
  'core/gitee/native.ts': 1,
  'core/status/changes.ts': 1,
  'core/status/relayed-delivering.ts': 2,
  'core/status/wanted-status.ts': 1,
};

/** A reason that is compared with a text or a constant, searched, looked up in a list or a table, or given another name. */
const COMPARED = [
  /\breason\b\)?\s*[!=]==?\s*(?:['"`]|[A-Z][A-Z_]+\b)/g,
  /(?:['"`]|\b[A-Z][A-Z_]+)\s*[!=]==?\s*[\w.?]*\breason\b/g,
  /\bswitch \([^)\n]*\breason\b/g,
  /\.(?:includes|has|get|test|is)\([^)\n]*\breason\b/g,
  /\bown\([^)\n]*\breason\b/g,
  /\breason\)?\??\.(?:startsWith|endsWith|includes|indexOf|match|search|slice)\(/g,
  /\[[\w.?]*\breason\]/g,
  /[{,] *reason: \w+[^{}\n]*\}(?:: \w+)?(?:\) =>| = )/g,
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
    "if (finding.reason.startsWith('Engine')) return;",
    "if ((refusal?.reason)?.includes('Gate')) return;",
    'if (finding.reason === ENGINE_REFUSED) return;',
    "if (Object.is(finding.reason, 'EngineRefused')) return;",
    'const isPending = TABLE[finding.reason];',
    'const isPending = own(TABLE, finding.reason);',
    'const isPending = TABLE.get(finding.reason);',
    "const is = ({ reason: why }: Finding) => why === 'A';",
    'const { message, reason: why } = finding;',
  ])('are looked at for such as %s', (line) => {
    expect(comparisonsIn(line)).toBe(1);
  });
});
