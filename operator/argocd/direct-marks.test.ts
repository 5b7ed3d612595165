import { expect, it } from 'vitest';
import { directMark, formatDirectMarks, readDirectMarks } from './direct-marks.ts';
import { directMarksIn, formatRelayService } from './service-value.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => directMark('team/sub', name)) as [string, string, string];

it('marks stand for themselves, by moment', () => {
  const marks = new Map([
    [b, 1_764_550_000],
    [a, 0],
    [c, 0],
  ]);
  const text = formatDirectMarks(marks);
  expect(text).toMatch(/^0=[\w-]{8},[\w-]{8} 1764550000=[\w-]{8}$/);
  expect(readDirectMarks(text)).toEqual(marks);
  expect(directMarksIn(formatRelayService('http://relay', '$dt__relay', 'argocd-dingtalk', marks))).toEqual(
    marks,
  );
});

it('no marks are no header', () => {
  expect(formatDirectMarks(new Map())).toBe('');
  const value = formatRelayService('http://relay', '$dt__relay', 'argocd-dingtalk');
  expect(value).not.toContain('X-');
  expect(directMarksIn(value).size).toBe(0);
});

it('one subscription and robot have another mark than others', () => {
  expect(new Set([a, directMark('team/sub', 'a2'), directMark('team/sub2', 'a')]).size).toBe(3);
});

it.each(['', '0', '0=', 'x=aaaaaaaa', '0=short', '0=aaaaaaaa,', `${'9'.repeat(11)}=aaaaaaaa`, '0=aaaaaaaa;'])(
  'nothing is read from %j',
  (text) => {
    expect(readDirectMarks(text).size).toBe(0);
  },
);
