import { describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue/catalogue.ts';
import { LOCALES } from './catalogue/locale.ts';
import type { Audience, EventMessage } from './event-message.ts';
import { eventsBody, messageFinding } from './message.ts';

const audience: Audience = { locale: 'en', timeZone: 'Asia/Shanghai', keywords: [] };
const event = (fields: Partial<EventMessage> = {}): EventMessage => ({
  name: 'on-sync-failed',
  trigger: 'on-sync-failed',
  params: {},
  at: {},
  ...fields,
});
const URL = 'https://argocd.example.com/cd';

function bodyOf(
  fields: Partial<EventMessage> = {},
  forWhom: Partial<Audience> = {},
  url: string | undefined = URL,
): string {
  return eventsBody([event(fields)], { ...audience, ...forWhom }, url);
}

describe('a message of the catalogue', () => {
  const all = [...CATALOGUE.map(({ name }) => name), undefined].flatMap((trigger) =>
    LOCALES.map((locale) => [trigger ?? 'an event of one’s own', locale, trigger] as const),
  );

  it.each(all)('for %s in %s is small, and leads to Argo CD where it is known', (_, locale, trigger) => {
    const body = bodyOf({ trigger }, { locale });
    expect(body).toContain('page/link?url=https%3A%2F%2Fargocd.example.com%2Fcd%2Fapplications%2F{{');
    expect(Buffer.byteLength(body)).toBeLessThan(4_096);
    expect(eventsBody([event({ trigger })], { ...audience, locale }, undefined)).not.toContain('page/link');
  });

  it('is told in the robot’s language and zone', () => {
    expect(bodyOf({}, { locale: 'zh-CN' })).toContain('同步失败');
    expect(bodyOf()).toContain('`Asia/Shanghai`');
  });
});

describe('what a robot asks for', () => {
  it('is put at the end where the text has none', () => {
    expect(bodyOf({}, { keywords: ['magician', 'ops'] })).toMatch(/pc_slide=false\)\\n\\n— magician"\}\}$/);
    expect(bodyOf({}, { keywords: ['magician', 'sync failed'] })).not.toContain('magician');
  });

  it('mentions people where DingTalk shows it', () => {
    const body = bodyOf({ at: { mobiles: ['13800000000'], userIds: ['u1'] } });
    expect(body).toMatch(
      /\\n\\n@13800000000 @u1"\},"at":\{"atMobiles":\["13800000000"\],"atUserIds":\["u1"\],"isAtAll":false\}\}$/,
    );
  });
});

describe('a message of somebody’s own', () => {
  const card = {
    actionCard: {
      title: 'Deploy',
      text: '{{#if app.status}}x{{/if}}',
      buttons: [
        { title: 'Open', url: '{{appUrl}}' },
        { title: 'Repo', url: '{{default app.spec.source.repoURL "https://gitee.com"}}' },
      ],
      orientation: 'Horizontal' as const,
    },
  };

  it('has DingTalk’s own names', () => {
    const body = bodyOf({ template: { message: card, params: {} } });
    expect(body).toContain(
      '{"msgtype":"actionCard","actionCard":{"title":"Deploy","btnOrientation":"1","btns":[',
    );
    expect(body).toContain('"btnOrientation":"1","btns":[{"title":"Open","actionURL":"{{');
    expect(body).toContain('}}dingtalk://dingtalkclient/page/link?url=');
    expect(body).not.toContain('singleTitle');
  });

  it('is refused where its button would lead nowhere', () => {
    const lost = event({ template: { message: card, params: {} } });
    expect(messageFinding(lost, audience, URL)).toBeUndefined();
    expect(messageFinding(lost, audience, undefined)).toMatchObject({
      reason: 'NoArgoCDURL',
      message: expect.stringContaining('spec.message.actionCard.buttons[0].url'),
    });
  });

  it('that is too long to leave room for values is refused', () => {
    const text = { content: '字'.repeat(8_000) };
    expect(
      messageFinding(event({ template: { message: { text }, params: {} } }), audience, URL),
    ).toMatchObject({
      reason: 'MessageTooLong',
    });
  });
});
