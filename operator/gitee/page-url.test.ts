import { expect, it } from 'vitest';
import { pageUrl } from './page-url.ts';

const GITEE = 'https://gitee.com';

it.each([
  ['https://gitee.com/example/shop', 'https://gitee.com/example/shop'],
  ['https://e.gitee.com/example', 'https://e.gitee.com/example'],
  ['HTTPS://GITEE.com/a b', 'https://gitee.com/a%20b'],
  [
    'https://gitee.com/a)[x](https://evil.example)',
    'https://gitee.com/a%29%5Bx%5D%28https://evil.example%29',
  ],
  ['https://gitee.com/@all?q=@13800000000', 'https://gitee.com/%40all?q=%4013800000000'],
  ['https://gitee.com/a"b<c>d\n\te', 'https://gitee.com/a%22b%3Cc%3Ede'],
  ['https://gitee.com/标签', 'https://gitee.com/%E6%A0%87%E7%AD%BE'],
  ['https://gitee.com/%29#note_1', 'https://gitee.com/%29#note_1'],
])('%j is %s', (url, shown) => {
  expect(pageUrl(url, GITEE)).toBe(shown);
});

it.each([
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'data:text/html,x',
  'dingtalk://dingtalkclient/page/link?url=https%3A%2F%2Fgitee.com',
  'http://gitee.com/example/shop',
  'https://evil.example/https://gitee.com',
  'https://gitee.com.evil.example/',
  'https://evilgitee.com/',
  'https://gitee.com@evil.example/',
  'https://gitee.com:pass@gitee.com/',
  'https://gitee.com:8443/',
  '//gitee.com/a',
  '/example/shop',
  '',
  `https://gitee.com/${'a'.repeat(1_000)}`,
  `https://gitee.com/${'标'.repeat(500)}`,
  null,
  7,
  ['https://gitee.com'],
])('%j is no page', (url) => {
  expect(pageUrl(url, GITEE)).toBeUndefined();
});

it('a private Gitee has pages at its own port', () => {
  expect(pageUrl('https://git.example.com:8443/a', 'https://git.example.com:8443')).toBe(
    'https://git.example.com:8443/a',
  );
  expect(pageUrl('https://gitee.com/a', 'https://git.example.com:8443')).toBeUndefined();
  expect(pageUrl('https://gitee.com/a', 'nonsense')).toBeUndefined();
});
