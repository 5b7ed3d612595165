import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GITEE_EVENTS } from './events.ts';
import { readGiteeEvent } from './payload.ts';
import { eventIn, GITEE } from './testing/event.ts';
import { documentedFields, filledFields, placesIn, replaced } from './testing/paths.ts';
import { PAYLOAD_NAMES, payload } from './testing/payloads.ts';

const SEED = Number(process.env.GITEE_SEED ?? Date.now() % 2 ** 31);
const DOCUMENTED = new Set(documentedFields());
/** A push with ten commits of the longest texts has a third of it. */
const MAX_BYTES = 150_000;

const HEAVY = ['@all ', '"', '\\', '\u0000', '\n', '😀', '\ud83d', '標', '](', '{{', '\u202e', '<'];
const heavy = fc
  .tuple(fc.constantFrom(...HEAVY), fc.constantFrom(1, 300, 20_000))
  .map(([unit, count]) => unit.repeat(count));
const values = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  heavy,
  fc.constantFrom(
    null,
    true,
    -1,
    1e300,
    '12',
    [],
    {},
    [[]],
    JSON.parse('{"__proto__":{"name":"x"},"length":9}'),
  ),
  heavy.map((text) => Array(200).fill({ name: text, id: text, message: text, author: { name: text } })),
);

/** A payload in which several places have other values. */
const bodies = fc.constantFrom(...PAYLOAD_NAMES).chain((name) => {
  const body = payload(name);
  const places = [...placesIn(body)];
  const change = fc.tuple(fc.constantFrom(...places), values);
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) =>
    changes.reduce((whole, [path, value]) => {
      try {
        return replaced(whole, path, value);
      } catch {
        return whole; // An earlier change has taken the place away.
      }
    }, body),
  );
});

function check(body: unknown): boolean {
  const event = readGiteeEvent(body, GITEE);
  if (!event || 'kind' in event) return false;
  const text = JSON.stringify(event);
  expect(text.length).toBeLessThan(MAX_BYTES);
  expect(text.isWellFormed()).toBe(true);
  expect(text).not.toMatch(/\\u00|[\u007f-\u009f\u202e]/);
  expect(GITEE_EVENTS[event.trigger].actions).toContain(event.action);
  expect(event.subject.length).toBeLessThanOrEqual(200);
  expect(filledFields(event.roots).filter((field) => !DOCUMENTED.has(field))).toEqual([]);
  for (const [, url] of text.matchAll(/"(?:html_url|url|compare)":"([^"]*)"/g))
    expect(url).toMatch(/^https:\/\/(\w+\.)?gitee\.com(\/[^()[\]<>@"\\\s]*)?$/);
  return true;
}

describe('any body', () => {
  it('is read without an exception into a bounded event', { timeout: 120_000 }, () => {
    process.stdout.write(`gitee: GITEE_SEED=${SEED} repeats these\n`);
    let read = 0;
    const property = fc.property(bodies, (body) => {
      if (check(body)) read += 1;
    });
    fc.assert(property, { numRuns: 1_500, seed: SEED });
    // Bodies of which nothing is read would prove nothing.
    expect(read).toBeGreaterThan(700);
  });

  it('may be any JSON at all', () => {
    const property = fc.property(fc.jsonValue(), (body) => {
      expect(readGiteeEvent(body, GITEE)).toBeUndefined();
    });
    fc.assert(property, { seed: SEED });
  });

  it('may have null at each place', () => {
    for (const name of PAYLOAD_NAMES) {
      const body = payload(name);
      // Copies of the repository are many.
      const places = [...placesIn(body)].filter(([first]) => !/^(project|.*_repo)$/.test(`${first}`));
      const told = places.filter((path) => check(replaced(body, path, null))).length;
      expect(told).toBeGreaterThan(80);
    }
  });

  it('may be nested as deep as JSON can be', () => {
    const deep = JSON.parse(`${'{"issue":['.repeat(3_000)}1${']}'.repeat(3_000)}`);
    expect(check({ ...payload('issue-open'), issue: deep, repository: { ...deep, full_name: 'a/b' } })).toBe(
      true,
    );
  });

  it('passes on no password, signature or e-mail address', () => {
    for (const name of PAYLOAD_NAMES) {
      const body = {
        ...payload(name),
        password: 'hunter2',
        sign: 'c2lnbg==',
        hook_url: 'https://gitee.com/a/hooks/1',
      };
      expect(JSON.stringify(eventIn(body))).not.toMatch(/hunter2|c2lnbg|hooks\/1|@example\.com/);
    }
  });

  it('keeps no prototype from the body', () => {
    const body = JSON.parse(
      JSON.stringify(payload('issue-open')).replaceAll(
        '"user":',
        '"__proto__":{"name":"x","login":"x"},"user":',
      ),
    );
    const { issue } = eventIn(body).roots as { issue: { user: object } };
    expect(Object.getPrototypeOf(issue)).toBe(Object.prototype);
    expect(issue.user).toEqual(eventIn(payload('issue-open')).roots.sender);
  });
});

describe('a heavy body', () => {
  it('of 5 MB is read in a moment', () => {
    const [commit] = payload('push').commits as object[];
    const long = '@all [x](javascript:alert(1)) '.repeat(170_000);
    const commits = Array(10_000).fill(commit);
    const fewLong = Array.from({ length: 10 }, () => ({ ...commit, message: long.slice(0, 500_000) }));
    for (const fields of [
      { commits },
      { commits: fewLong },
      { ref: `refs/heads/${long}` },
      { compare: long },
    ]) {
      const body = JSON.parse(JSON.stringify({ ...payload('push'), ...fields }));
      const start = process.cpuUsage();
      expect(check(body)).toBe(true);
      const { user, system } = process.cpuUsage(start);
      expect((user + system) / 1_000).toBeLessThan(500);
    }
  });

  it('with 10 000 commits says how many there are', () => {
    const [commit] = payload('push').commits as object[];
    const { push } = eventIn({ ...payload('push'), commits: Array(10_000).fill(commit) }).roots;
    expect(push).toMatchObject({ total_commits_count: 10_000, more_commits_count: 9_990 });
    expect((push as { commits: unknown[] }).commits).toHaveLength(10);
  });
});
