import { expect, it } from 'vitest';
import { HostTurns } from './turns.ts';

it('requests to one host come at a pace, and do not wait for another host', async () => {
  let now = 0;
  const turns = new HostTurns(
    () => now,
    async (ms) => {
      now += ms;
    },
  );
  const times: number[] = [];
  const take = async (host: string) => {
    await turns.take(host);
    times.push(now);
  };
  await Promise.all(Array.from({ length: 20 }, () => take('gitee.com')));
  expect(times.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
  expect(times.at(-1)).toBe(2_000);
  times.length = 0;
  await Promise.all(Array.from({ length: 10 }, () => take('gitee.ru')));
  expect(times).toEqual(Array.from({ length: 10 }, () => 2_000));
});
