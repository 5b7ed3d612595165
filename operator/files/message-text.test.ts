import { expect, it } from 'vitest';
import { messageText } from './message-text.ts';

it.each([
  [{ msgtype: 'text', text: { content: 'all is\nwell' } }, 'all is\nwell'],
  [
    {
      msgtype: 'markdown',
      markdown: { title: 'a', text: '### b\n- c' },
      at: { atMobiles: ['138'], atUserIds: ['u'], isAtAll: true },
    },
    'a\n\n### b\n- c\n\nmentions: 138, u, everybody',
  ],
  [
    { msgtype: 'link', link: { title: 'a', text: 'b', messageUrl: 'https://c', picUrl: '' } },
    'a\n\nb\n\nhttps://c',
  ],
  [
    {
      msgtype: 'actionCard',
      actionCard: { title: 'a', text: 'b', singleTitle: 'open', singleURL: 'https://c' },
    },
    'a\n\nb\n\n[open] https://c',
  ],
  [
    {
      msgtype: 'actionCard',
      actionCard: {
        title: 'a',
        text: 'b',
        btns: [
          { title: 'c', actionURL: 'd' },
          { title: 'e', actionURL: 'f' },
        ],
      },
    },
    'a\n\nb\n\n[c] d\n[e] f',
  ],
  [{ msgtype: 'feedCard', feedCard: { links: [{ title: 'a', messageURL: 'b', picURL: 'c' }] } }, 'a\nb\nc'],
  [{ msgtype: 'voice', voice: { id: 1 } }, '{\n  "msgtype": "voice",\n  "voice": {\n    "id": 1\n  }\n}'],
  [{ msgtype: 'markdown', markdown: { text: { a: 1 } } }, '{"a":1}'],
  [{ msgtype: 'feedCard', feedCard: { links: 'none' } }, ''],
  [{ msgtype: 'text', text: 'none' }, '{\n  "msgtype": "text",\n  "text": "none"\n}'],
  [null, '{}'],
])('of %j', (body, text) => {
  expect(messageText(body)).toBe(text);
});

it('commands nothing to a terminal', () => {
  const content = 'a\r\nb\u001b[2J\u0007\u009bc\rd\u202ee';
  expect(messageText({ msgtype: 'text', text: { content } })).toBe('a\nb�[2J��c\nd�e');
});
