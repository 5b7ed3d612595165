import { describe, expect, it } from 'vitest';
import { GITEE_EVENTS } from '../../gitee/events.ts';
import { CATALOGUE, findTrigger } from './catalogue.ts';
import { describeTrigger } from './descriptions.ts';
import { describeGiteeTrigger, GITEE_TRIGGERS, type GiteeDescription } from './gitee-descriptions.ts';
import { LOCALES } from './locale.ts';
import { eventClause, nullSafe } from './trigger.ts';

const SINCE = '2026-11-23T08:00:00Z';

describe('the catalogue', () => {
  it('has the triggers that people know from Argo CD’s own, and more', () => {
    expect(CATALOGUE.map(({ name }) => name)).toEqual([
      'on-created',
      'on-deleted',
      'on-deployed',
      'on-health-degraded',
      'on-health-recovered',
      'on-health-suspended',
      'on-sync-failed',
      'on-sync-running',
      'on-sync-status-unknown',
      'on-sync-succeeded',
    ]);
    expect(findTrigger('on-nonsense')).toBeUndefined();
  });

  it.each(CATALOGUE.map(({ name }) => name))('says in both languages what %s is for', (name) => {
    const [english, chinese] = LOCALES.map((locale) => describeTrigger(name, locale));
    for (const text of [english?.summary, english?.when]) expect(text).toMatch(/^[\x20-\x7e]{10,}$/);
    for (const text of [chinese?.summary, chinese?.when]) expect(text).toMatch(/\p{Script=Han}{2}/u);
  });

  it('lets triggers follow such alone as Argo CD notes until they are over', () => {
    for (const { follows } of CATALOGUE) {
      if (follows)
        expect(findTrigger(follows)).toMatchObject({ name: follows, condition: expect.any(String) });
      if (follows) expect(findTrigger(follows)).not.toHaveProperty('oncePer');
    }
  });

  it('reaches no field of an Application without a guard against its absence', () => {
    for (const { condition, oncePer = '', eventTime } of CATALOGUE) {
      const text = [condition, oncePer, eventClause(eventTime, SINCE, 60)].join(' ');
      // The remaining steps are inside the Application; `app` itself and the engine's functions are always there.
      const steps = text.replaceAll(/\b(app|time)\.|\)\.\w+/g, '');
      expect(steps).toContain('?.');
      expect(steps).not.toMatch(/\w\.\w/);
    }
  });
});

describe('the clause for new events', () => {
  it('compares times as text first', () => {
    expect(eventClause({ path: 'status.x' }, SINCE, 60)).toBe(
      `(app.status?.x ?? '') > '${SINCE}' and time.Now().Sub(time.Parse(app.status?.x)).Seconds() < 60`,
    );
  });

  it('takes the newest of a list', () => {
    expect(eventClause({ list: 'status.c', item: 't' }, SINCE, 60)).toBe(
      `any(app.status?.c ?? [], (#?.t ?? '') > '${SINCE}' and time.Now().Sub(time.Parse(#?.t)).Seconds() < 60)`,
    );
  });

  it('is null-safe at every step', () => {
    expect(nullSafe('a.b.c')).toBe('app.a?.b?.c');
  });
});

describe('the triggers of Gitee', () => {
  it.each(GITEE_TRIGGERS)('say in both languages what %s and its actions are for', (name) => {
    const [english, chinese] = LOCALES.map((locale) => describeGiteeTrigger(name, locale));
    const wordsOf = (description: GiteeDescription | undefined) => [
      description?.summary,
      ...(description?.actions.map(({ words }) => words) ?? []),
    ];
    for (const text of wordsOf(english)) expect(text).toMatch(/^[\x20-\x7e]{10,}$/);
    for (const text of wordsOf(chinese)) expect(text).toMatch(/\p{Script=Han}{2}/u);
    expect(english?.actions.map((action) => action.name)).toEqual(GITEE_EVENTS[name].actions);
  });
});
