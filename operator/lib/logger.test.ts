import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

const TOKEN = '0123456789abcdef'.repeat(4);

it('lets no credential through, wherever it stands', () => {
  const lines: string[] = [];
  const log = createLogger('trace', { write: (line) => void lines.push(line) });
  const url = `https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}&timestamp=1&sign=abc%3D`;
  log.info(`calling ${url}`);
  log.info({ url }, 'calling');
  log.error({ err: new Error(`failed ${url}`, { cause: new Error(`SEC${TOKEN}`) }) }, 'no');
  log.child({ url }).warn('again');
  expect(lines.length).toBe(4);
  expect(lines.join('')).not.toMatch(new RegExp(`${TOKEN}|sign=abc`));
});
