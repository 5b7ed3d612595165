import { expect, it } from 'vitest';
import { apiError } from './api-error.ts';
import { type ListQuery, listAll } from './list.ts';

it('takes a list of half a million when the pages have expired', async () => {
  const items = Array.from({ length: 500_000 }, (_, index) => index);
  const asked: ListQuery[] = [];
  const list = async (query: ListQuery) => {
    asked.push(query);
    if (query.limit !== undefined) throw apiError('GET /list', 410, {});
    return { items, resourceVersion: '7' };
  };
  const all = await listAll(list, undefined, new AbortController().signal, () => undefined);
  expect(all.items).toHaveLength(500_000);
  expect(all.resourceVersion).toBe('7');
  expect(asked.map(({ limit }) => limit)).toEqual([500, undefined]);
});
