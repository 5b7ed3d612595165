import { describe, expect, it } from 'vitest';
import { withoutDeliveries } from './entry-cut.ts';
import { readEntryFields } from './entry-fields.ts';
import { readForeignEntries } from './foreign-entries.ts';
import { readService } from './service-value.ts';
import { annotatedServices } from './subscribe-annotations.ts';
import { readForeignTemplate } from './template-value.ts';
import { readTrigger } from './trigger-value.ts';

/** The engine decodes YAML by way of JSON into structs: https://pkg.go.dev/encoding/json#Unmarshal */
describe('a field counts in any case of its name', () => {
  const ENTRY = '- Recipients: [ding, "slack:ops"]\n  TRIGGERS: [a]\n  Selector: team=x\n';

  it('in an entry', () => {
    expect(readForeignEntries(ENTRY)).toEqual([
      { index: 0, recipients: ['ding', 'slack:ops'], triggers: ['a'], selector: 'team=x' },
    ]);
    expect(readEntryFields(ENTRY)).toEqual([
      { index: 0, known: ['recipients', 'triggers', 'selector'], stray: [] },
    ]);
  });

  it.each([
    ['- recipients: [low]\n  Recipients: [up]\n', ['low']],
    ['- Recipients: [up]\n  recipients: [low]\n', ['low']],
    ['- Recipients: [up]\n  recipients: null\n', []],
  ])('and of several ones, the last in the order of bytes: %j', (text, recipients) => {
    expect(readForeignEntries(text)).toMatchObject([{ recipients }]);
  });

  it('where recipients are cut out', () => {
    const cut = (kept: string[]) => withoutDeliveries(ENTRY, new Map([[0, new Map([['ding', kept]])]]));
    expect(cut([])).toEqual({ ok: true, text: ENTRY.replace('ding, ', '') });
    const both = ENTRY.replace('[a]', '[a, b]');
    const rest = withoutDeliveries(both, new Map([[0, new Map([['ding', ['b']]])]]));
    expect(rest.ok && readForeignEntries(rest.text)).toMatchObject([
      { recipients: ['slack:ops'], triggers: ['a', 'b'], selector: 'team=x' },
      { recipients: ['ding'], triggers: ['b'], selector: 'team=x' },
    ]);
  });

  it('in a trigger, a template, a service and an annotation', () => {
    expect(readTrigger('- When: a\n  ONCEPER: b\n  Send: [t]\n')).toEqual([
      { when: 'a', oncePer: 'b', send: ['t'] },
    ]);
    const template = readForeignTemplate('Webhook: {ding: {Method: post, BODY: x, Path: /p}}\nMessage: m\n');
    expect(template).toEqual({
      webhook: new Map([['ding', { method: 'POST', path: '/p', body: 'x' }]]),
      others: [],
    });
    expect(readService('URL: https://a\nHeaders: [{Name: X}]\nRetrymax: 1\n')).toEqual({
      url: 'https://a',
      headers: ['X'],
      extras: [],
    });
    const list = '- Trigger: [t]\n  Destinations: [{Service: ding, Recipients: [""]}]\n';
    expect(annotatedServices({ 'notifications.argoproj.io/subscriptions': list })).toMatchObject([
      { service: 'ding', triggers: ['t'], recipients: [''] },
    ]);
  });
});
