import { describe, expect, it } from 'vitest';
import { SOURCES } from './sources.ts';

/** Packages and modules that only compute. */
const PURE = new Set(['node:crypto', 'node:util', 'yaml', 'handlebars']);
const PACKAGE = /(?:\bfrom|^import|\bimport\()\s*['"`]([^.'"`][^'"`]*)['"`]/gm;
/** Clocks, timers, randomness, the process and the network. */
const AMBIENT =
  /\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bMath\.random\b|\brandom(?:UUID|Bytes|Int)\b|\bset(?:Timeout|Interval|Immediate)\(|\bprocess\.|\bfetch\(|\bconsole\./;

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/.*/g, '');

describe('core, message, template and argocd', () => {
  const files = SOURCES.filter(({ path }) => /^(core|message|template|argocd)\//.test(path));

  it('import no module that does I/O', () => {
    const found = files.flatMap(({ path, text }) =>
      [...withoutComments(text).matchAll(PACKAGE)]
        .map(([, name = '']) => name)
        .filter((name) => !PURE.has(name))
        .map((name) => `${path} imports ${name}`),
    );
    expect(found).toEqual([]);
  });

  it('get clocks and randomness as arguments', () => {
    expect(files.filter(({ text }) => AMBIENT.test(withoutComments(text))).map(({ path }) => path)).toEqual(
      [],
    );
  });

  it.each(['Date.now()', 'new Date()', 'setTimeout(f, 1)', 'process.env.A', 'crypto.randomUUID()'])(
    'would be seen to use %s',
    (code) => {
      expect(code).toMatch(AMBIENT);
    },
  );
});
