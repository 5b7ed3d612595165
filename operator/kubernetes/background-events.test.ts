import { expect, it, vi } from 'vitest';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { BackgroundEvents } from './background-events.ts';
import type { EventRecord } from './events.ts';

const event = (name: string): EventRecord => ({
  regarding: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'argocd', name, uid: 'u' },
  type: 'Warning',
  reason: 'Test',
  message: 'a message',
  action: 'Check',
});

/** An API server that answers when a test says so. */
function setUp() {
  const posts: { readonly name: string; readonly answer: () => void }[] = [];
  const log = recordingLog();
  const events = new BackgroundEvents((each) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    posts.push({ name: each.regarding.name, answer: resolve });
    return promise;
  }, log);
  return { posts, log, events };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('nobody waits for an event, and one is recorded after the other', async () => {
  const { posts, events } = setUp();
  await events.record(event('a'));
  await events.record(event('b'));
  await settle();
  expect(posts.map(({ name }) => name)).toEqual(['a']);
  posts[0]?.answer();
  await settle();
  expect(posts.map(({ name }) => name)).toEqual(['a', 'b']);
});

it('only so many wait where the API server takes none', async () => {
  const { log, events } = setUp();
  for (let index = 0; index < 1_001; index++) await events.record(event(`e${index}`));
  expect(log.lines).toEqual([
    expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ name: 'e1000' }) }),
  ]);
});

it('a flush waits for all of them, but no longer than it may', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { posts, events } = setUp();
    await events.flush(5_000);
    await events.record(event('a'));
    let isOver = false;
    const flushed = events.flush(5_000).then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await flushed;
    const again = events.flush(5_000);
    posts[0]?.answer();
    await again;
  } finally {
    vi.useRealTimers();
  }
});
