import { expect, it } from 'vitest';
import { AnswerTooLargeError, apiError } from './api-error.ts';
import { type ListQuery, listAll } from './list.ts';

it('takes a list of half a million when the pages have expired', async () => {
  const items = Array.from({ length: 500_000 }, (_, index) => index);
  const asked: ListQuery[] = [];
  const list = async (query: ListQuery) => {
    asked.push(query);
    if (query.limit !== undefined) throw apiError('GET /list', 410, { kind: 'Status' });
    return { items, resourceVersion: '7' };
  };
  const all = await listAll(list, undefined, new AbortController().signal, () => undefined);
  expect(all.items).toHaveLength(500_000);
  expect(all.resourceVersion).toBe('7');
  expect(asked.map(({ limit }) => limit)).toEqual([500, undefined]);
});

it('asks for smaller pages where objects are large', async () => {
  const asked: ListQuery[] = [];
  const list = async (query: ListQuery) => {
    asked.push(query);
    const { limit = 0, continue: from = '0' } = query;
    if (limit > 30) throw new AnswerTooLargeError('GET /list: the answer is too large');
    const next = Number(from) + limit;
    return { items: [from], resourceVersion: '7', continue: next < 50 ? `${next}` : undefined };
  };
  const { items } = await listAll(list, undefined, new AbortController().signal, () => undefined);
  expect(items).toEqual(['0', '20', '40']);
  expect(asked.map(({ limit }) => limit)).toEqual([500, 100, 20, 20, 20]);
});

it('gives up where a single object is too large', async () => {
  const list = async (): Promise<never> => {
    throw new AnswerTooLargeError('GET /list: the answer is too large');
  };
  const all = listAll(list, undefined, new AbortController().signal, () => undefined);
  await expect(all).rejects.toThrow('too large');
});
