import { beforeAll, describe, expect, it } from 'vitest';
import { brokenRules, RULES } from './english.ts';
import { type Message, messages } from './messages.ts';

/** The compiler reads the whole project, on a busy machine. */
const TIMEOUT_MS = 120_000;

/** Messages that break a rule for a reason. */
const EXCEPTIONS: readonly (readonly [beginning: string, reason: string])[] = [
  [
    '‹slice› is a Go template. Write',
    'operator/message/parse.ts ends each problem of a template with a full stop.',
  ],
];

let all: readonly Message[] = [];
beforeAll(() => {
  all = messages();
}, TIMEOUT_MS);

const isException = ({ text }: Message): boolean =>
  EXCEPTIONS.some(([beginning]) => text.startsWith(beginning));
const offences = (some: readonly Message[]): string[] =>
  some.flatMap(({ file, line, text }) =>
    brokenRules(text).map((rule) => `${file}:${line}: ${rule}: ${text}`),
  );

describe('what users read', () => {
  it('is collected: messages, help texts, descriptions of fields, comments of the sample', () => {
    const files = new Set(all.map(({ file }) => file));
    for (const file of [
      'operator/api/reasons.ts',
      'operator/commands/lint.ts',
      'operator/core/status/merged.ts',
      'crds/dingtalkrobots.yaml',
      'samples/config.yaml',
    ])
      expect(files).toContain(file);
    expect(all.length).toBeGreaterThan(700);
  });

  it('is plain English', () => {
    expect(offences(all.filter((message) => !isException(message)))).toEqual([]);
  });

  it('has no exception whose message is gone', () => {
    expect(EXCEPTIONS.filter(([beginning]) => !all.some(({ text }) => text.startsWith(beginning)))).toEqual(
      [],
    );
  });
});

describe('a rule', () => {
  it.each(RULES)('finds its example: $name', ({ name, example }) => {
    expect(brokenRules(example)).toContain(name);
  });
});
