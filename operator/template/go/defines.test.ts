import { expect, it } from 'vitest';
import { defines } from './defines.ts';

it('quotes the time zone, whatever it is', () => {
  expect(defines(new Set(['d']), 'Asia/Shanghai')).toContain('(default `Asia/Shanghai` .z)');
  expect(defines(new Set(['d']), '`}}{{fail `x` "y"')).toContain('(default "`}}{{fail `x` \\"y\\"" .z)');
});
