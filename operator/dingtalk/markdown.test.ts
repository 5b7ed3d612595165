import { expect, it } from 'vitest';
import { markdownValue } from './markdown.ts';

it.each([
  ['guestbook', 'guestbook'],
  ['a [link](https://a.example)', 'a ［link］（https://a.example）'],
  ['<font color=red>', '＜font color=red>'],
  ['# heading\n- item', '\u200b# heading - item'],
  ['@180 and dev@example.com', '＠180 and dev@example.com'],
  ['see (@all)', 'see （＠all）'],
])('%j becomes %j', (text, shown) => {
  expect(markdownValue(text)).toBe(shown);
});
