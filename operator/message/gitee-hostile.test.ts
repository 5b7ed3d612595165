import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { messageProblem } from '../dingtalk/testing/fake-dingtalk-messages.ts';
import { placesIn, replaced } from '../gitee/testing/paths.ts';
import { type GiteePayload, PAYLOAD_NAMES, payload } from '../gitee/testing/payloads.ts';
import { MAX_BODY_BYTES } from '../template/go/compile.ts';
import { parseTemplate } from '../template/template.ts';
import { RenderingEngine } from '../template/testing/engine.ts';
import { templates } from '../template/testing/random-template.ts';
import { LOCALES } from './catalogue/locale.ts';
import { eventFrom, renderGitee } from './testing/gitee-body.ts';

const SEED = Number(process.env.GITEE_SEED ?? Date.now() % 2 ** 31);

let engine: RenderingEngine;
beforeAll(async () => {
  engine = await RenderingEngine.start();
});

/** Texts that would do something in a message whose values are not escaped. */
const HOSTILE = [
  '@all @13800000000',
  '"},"at":{"isAtAll":true},"x":{"y":"',
  '[click](javascript:alert(1)) ![x](https://evil.example/a.png)',
  '\n# heading\n- item\n> quote\n\n[x]: https://evil.example',
  '<a href="https://evil.example">x</a> <font color=red>',
  '{{.Values}} {{`x`}} \\{{y}} %s %!d',
  '\u0000\u0007\u001b[31m\u202e\ufeff',
  'https://gitee.com/a)[x](https://evil.example)',
  '\ud83d half',
  `${'长'.repeat(3_000)} @all`,
];

/** The message for one body, if the body is one of an event. */
function check(body: unknown, locale: 'en' | 'zh-CN'): boolean {
  const event = eventFrom(body);
  if (!event) return false;
  const { text, parsed } = renderGitee(engine, event, { locale });
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BODY_BYTES);
  expect(messageProblem(parsed)).toBeUndefined();
  expect(Object.keys(parsed)).toEqual(['msgtype', 'markdown']);
  const { title, text: shown } = parsed.markdown;
  for (const each of [title, shown]) {
    // An address such as git@example.com mentions nobody.
    expect(each).not.toMatch(/(^|[^\w.+-])@|<no value>|<nil>|%!\w\(/);
    expect(each).not.toMatch(/(?![\n\t])[\p{Cc}\u202e]|<\w/u);
    expect(each.isWellFormed()).toBe(true);
  }
  // One link, to Gitee, at the end; and the headings, lists and quotations of the message alone.
  expect(shown.match(/\]\(/g)).toHaveLength(1);
  expect(shown).toMatch(
    /\n\[[^[\]]+\]\(dingtalk:\/\/dingtalkclient\/page\/link\?url=https%3A%2F%2Fgitee\.com[\w%.-]*&pc_slide=false\)$/,
  );
  expect(shown).not.toContain('![');
  expect(shown.match(/^#/gm)).toHaveLength(1);
  return true;
}

/** A payload in which each text has this one behind it, or in its place. */
function withText(body: GiteePayload, text: string, isAppended: boolean): unknown {
  const changed = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string' && !/^(hook_name|action|noteable_type)$/.test(key))
      return isAppended ? `${value} ${text}` : text;
    if (Array.isArray(value)) return value.map((each) => changed(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, changed(each, name)]));
  };
  return changed(body);
}

describe('a hostile payload changes nothing but the message:', () => {
  it.each(PAYLOAD_NAMES)('%s with hostile texts everywhere', (name) => {
    let read = 0;
    for (const text of HOSTILE) {
      for (const isAppended of [true, false])
        if (check(withText(payload(name), text, isAppended), 'zh-CN')) read += 1;
    }
    expect(read).toBeGreaterThanOrEqual(HOSTILE.length);
  });

  it('any value at any place', { timeout: 120_000 }, () => {
    process.stdout.write(`gitee messages: GITEE_SEED=${SEED} repeats these\n`);
    let read = 0;
    const values = fc.oneof(fc.constantFrom(null, '', [], {}, 0, '12', true, ...HOSTILE), fc.jsonValue());
    const cases = fc.constantFrom(...PAYLOAD_NAMES).chain((name) => {
      const body = payload(name);
      // Copies of the repository are many.
      const places = [...placesIn(body)].filter(([first]) => !/^(project|.*_repo)$/.test(`${first}`));
      return fc.tuple(fc.constant(body), fc.constantFrom(...places), values, fc.constantFrom(...LOCALES));
    });
    const property = fc.property(cases, ([body, place, value, locale]) => {
      if (check(replaced(body, place, value), locale)) read += 1;
    });
    fc.assert(property, { numRuns: 600, seed: SEED });
    expect(read).toBeGreaterThan(400);
  });

  it('5 MB, and 10 000 commits', () => {
    const [commit] = payload('push').commits as object[];
    const long = '@all [x](javascript:alert(1)) '.repeat(170_000);
    const commits = Array(10_000).fill({ ...commit, message: long.slice(0, 500) });
    expect(check({ ...payload('push'), commits }, 'en')).toBe(true);
    const author = { name: long, login: long };
    expect(
      check(
        { ...payload('push'), ref: `refs/heads/${long}`, commits: [{ id: long, message: long, author }] },
        'en',
      ),
    ).toBe(true);
    expect(check({ ...payload('comment-issue'), comment: { body: long }, title: long }, 'zh-CN')).toBe(true);
  });

  it('links to other places lead to the repository', () => {
    const evil = [
      'javascript:alert(1)',
      'https://evil.example/x',
      'https://gitee.com/a)[x](https://evil.example)',
    ];
    for (const html_url of evil) {
      const { comment } = payload('comment-issue');
      const event = eventFrom({
        ...payload('comment-issue'),
        url: html_url,
        comment: { ...(comment as object), html_url },
      });
      if (!event) throw new Error('the body has no event');
      const [, target = ''] = /\?url=([^&]*)&/.exec(renderGitee(engine, event).parsed.markdown.text) ?? [];
      expect(decodeURIComponent(target)).toMatch(/^https:\/\/gitee\.com\/(example\/shop|a%29)/);
      expect(decodeURIComponent(target)).not.toContain(')');
    }
  });

  it('also in messages of somebody’s own', { timeout: 120_000 }, () => {
    let filled = 0;
    const cases = fc
      .tuple(fc.constantFrom(...PAYLOAD_NAMES), fc.constantFrom(...HOSTILE))
      .map(([name, text]) => eventFrom(withText(payload(name), text, true)))
      .filter((event) => event !== undefined)
      .chain((event) => {
        const roots = { app: undefined, context: {}, params: { owner: 'x' }, gitee: event.roots };
        const sources = fc.array(templates(roots), { minLength: 1, maxLength: 3, size: 'max' });
        return fc.tuple(fc.constant(event), sources);
      });
    const property = fc.property(cases, ([event, sources]) => {
      const params = { owner: '@all "]' };
      const isAccepted = (source: string) => parseTemplate(source, new Set(['owner'])).ok;
      const title = sources.find(isAccepted) ?? 'x';
      // The end of one template may change how the next one is read.
      const shown = sources.reduce(
        (all, source) => (isAccepted(`${all}\n${source}`) ? `${all}\n${source}` : all),
        'x',
      );
      const message = { markdown: { title, text: shown } };
      const own = { template: { message, params }, params };
      const { text, parsed } = renderGitee(engine, event, {}, own);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BODY_BYTES);
      expect(messageProblem(parsed)).toBeUndefined();
      expect(Object.keys(parsed)).toEqual(['msgtype', 'markdown']);
      if (/gitee|长|all/.test(parsed.markdown.text)) filled += 1;
    });
    fc.assert(property, { numRuns: 300, seed: SEED });
    // Templates that show nothing of the event would prove nothing.
    expect(filled).toBeGreaterThan(25);
  });
});
