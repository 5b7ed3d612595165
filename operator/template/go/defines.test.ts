import { expect, it } from 'vitest';
import { defines, zoneOf } from './defines.ts';

it('quotes the time zone, whatever it is', () => {
  expect(defines(new Set(['d']), 'Asia/Shanghai')).toContain('(default `Asia/Shanghai` .z)');
  expect(defines(new Set(['d']), '`}}{{fail `x` "y"')).toContain('(default "`}}{{fail `x` \\"y\\"" .z)');
});

it('tells the zone of a body again', () => {
  expect(zoneOf(defines(new Set(['d', 'm']), 'Etc/GMT+8'))).toBe('Etc/GMT+8');
  expect(zoneOf(defines(new Set(['m']), 'Etc/GMT+8'))).toBeUndefined();
});
