import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import { createEngine } from '../engine/client.ts';
import { triggerKey } from './names.ts';
import {
  formatNoteKey,
  NOTIFIED,
  type NoteKey,
  readNoteKey,
  sentExpression,
  sentNotes,
  withNotes,
} from './notes.ts';
import { formatTrigger } from './trigger-value.ts';

const engine = createEngine({ program: locateEngine(), deadlineMs: 20_000 });
afterAll(() => engine.close());

const name = fc.stringMatching(/^[-._a-zA-Z0-9]{1,10}$/);
const key: fc.Arbitrary<NoteKey> = fc.record({
  oncePer: fc.oneof(fc.constantFrom('', '2026-11-23T08:00:00Z', 'a:[0].b:c:', '[0].x'), fc.string()),
  trigger: name,
  condition: fc.tuple(fc.nat(9), name).map(([index, hash]) => `[${index}].${hash}=`),
  service: name,
  recipient: fc.oneof(fc.constant(''), name),
});
const app = (notes: unknown) => ({
  metadata: { annotations: { [NOTIFIED]: typeof notes === 'string' ? notes : JSON.stringify(notes) } },
});

describe('an Application with other notes', () => {
  it('has these, and keeps everything else', () => {
    fc.assert(
      fc.property(fc.dictionary(key.map(formatNoteKey), fc.nat(4_000_000_000)), (notes) => {
        const given = { ...app({ old: 1 }), spec: { project: 'p' } };
        const found = withNotes(given, notes);
        const keys = sentNotes(found).map(({ at, ...each }) => [formatNoteKey(each), at.getTime() / 1_000]);
        expect(Object.fromEntries(keys)).toEqual(notes);
        expect(found.spec).toEqual({ project: 'p' });
      }),
    );
  });

  it.each([
    {},
    { metadata: null },
    { metadata: { annotations: null } },
    app('x'),
    { metadata: { annotations: { other: 'x' } } },
  ])('has none where there are none, such as %j', (given) => {
    const { metadata } = withNotes(given, {}) as { readonly metadata: { readonly annotations: object } };
    expect(Object.keys(metadata.annotations)).not.toContain(NOTIFIED);
    expect(sentNotes(withNotes(given, { 'on-x:[0].h:ding:': 5 }))).toHaveLength(1);
  });
});

describe('the key of a note', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(key, (each) => {
        expect(readNoteKey(formatNoteKey(each))).toEqual(each);
      }),
    );
  });

  it('is as Argo CD writes it', () => {
    const parts = { trigger: 'on-x', condition: '[0].h', service: 'ding', recipient: '' };
    expect(formatNoteKey({ oncePer: '', ...parts })).toBe('on-x:[0].h:ding:');
    expect(formatNoteKey({ oncePer: 'a:b', ...parts, recipient: 'r' })).toBe('a:b:on-x:[0].h:ding:r');
  });

  it.each(['', 'on-x', 'on-x:[0].h:ding', 'on-x:h:ding:', ':[0].h:ding:'])(
    'has another form (%j)',
    (text) => {
      expect(readNoteKey(text)).toBeUndefined();
    },
  );
});

describe('notes', () => {
  const first = 'on-x:[0].h:ding:';

  it('have the time of each send', () => {
    expect(sentNotes(app({ other: 1, [first]: 1795420811 }))).toEqual([
      {
        oncePer: '',
        trigger: 'on-x',
        condition: '[0].h',
        service: 'ding',
        recipient: '',
        at: new Date('2026-11-23T08:00:11Z'),
      },
    ]);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[1]'],
    ['nothing', 'null'],
    ['a time as a text', { [first]: 1, 'on-y:[0].h:ding:': '1795420811' }],
    ['a fraction', { [first]: 1.5 }],
  ])('that are %s are none, as to Argo CD', (_, notes) => {
    expect(sentNotes(app(notes))).toEqual([]);
  });

  it('are none where there are no annotations', () => {
    expect(sentNotes({})).toEqual([]);
    expect(sentNotes({ metadata: null })).toEqual([]);
    expect(sentNotes({ metadata: { annotations: null } })).toEqual([]);
  });

  it('leave out a time beyond all dates', () => {
    expect(sentNotes(app({ [first]: 9_000_000_000_000 }))).toEqual([]);
  });
});

it('is found by the condition exactly where it says what is asked for', async () => {
  const since = '2026-11-23T08:00:00Z';
  const when = sentExpression(['dt_a_x', 'dt_a_y'], ['dt_a_r', 'dt_a_s'], since);
  const configMap = { [triggerKey('t')]: formatTrigger({ when, send: [] }) };
  const base = { oncePer: '', trigger: 'dt_a_x', condition: '[0].9XJ-_0=', service: 'dt_a_r', recipient: '' };
  const cases: readonly (readonly [Partial<NoteKey>, boolean])[] = [
    [{}, true],
    [{ trigger: 'dt_a_y', service: 'dt_a_s' }, true],
    [{ trigger: 'team-dt_a_x' }, false],
    [{ trigger: 'dt_a_x_z' }, false],
    [{ service: 'dt_a_r2' }, false],
    [{ oncePer: 'dt_a_x' }, false],
    [{ condition: '[1].h' }, false],
    [{ recipient: 'r' }, false],
  ];
  for (const [fields, found] of cases) {
    const note = formatNoteKey({ ...base, ...fields });
    for (const [seconds, isLate] of [
      [1795420810, false],
      [1795420811, true],
    ] as const) {
      const answer = await engine.evaluate({ configMap, app: app({ [note]: seconds }) });
      const triggered = answer.ok && answer.triggers[0]?.conditions[0]?.triggered;
      expect(triggered, `${note} ${seconds}`).toBe(found && isLate);
    }
  }
});
