import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  eventKeyName,
  isDefaultTriggersKey,
  isNamedLikeOurs,
  isServiceKey,
  isTemplateKey,
  isTriggerKey,
  parseKey,
  postedEventName,
  RELAY_SERVICE,
  readKey,
  relayedEventName,
  serviceKey,
  serviceName,
  subscriptionKeyName,
  templateKey,
  triggerKey,
  triggerName,
} from './names.ts';

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);

describe('names in the merged objects', () => {
  it('can be read back, so no two CRs share one', () => {
    fc.assert(
      fc.property(label, label, label, (namespace, name, event) => {
        const robot = { kind: 'robot', namespace, name };
        const subscription = { kind: 'subscription', namespace, name, event };
        expect(parseKey(serviceKey(serviceName(namespace, name)))).toEqual(robot);
        expect(parseKey(triggerKey(eventKeyName(namespace, name, event)))).toEqual(subscription);
        expect(parseKey(templateKey(eventKeyName(namespace, name, event)))).toEqual(subscription);
        const together = { kind: 'subscription', namespace, name };
        expect(parseKey(templateKey(subscriptionKeyName(namespace, name)))).toEqual(together);
        const posted = { kind: 'relay', event, subscription: { namespace, name } };
        expect(parseKey(triggerKey(eventKeyName(namespace, name, postedEventName(event))))).toEqual(posted);
        const relayed = { kind: 'relay', event };
        expect(parseKey(triggerKey(relayedEventName(event)))).toEqual(relayed);
        expect(parseKey(templateKey(relayedEventName(event)))).toEqual(relayed);
      }),
    );
  });

  it('hold nothing that the engine splits on, and only what its $key takes', () => {
    fc.assert(
      fc.property(label, label, (namespace, name) => {
        expect(serviceName(namespace, name)).toMatch(/^[\w-]+$/);
      }),
    );
  });

  it('are the relay’s own where no namespace is named', () => {
    expect(RELAY_SERVICE).toBe('dt__relay');
    expect(relayedEventName('on-deployed')).toBe('dt__on-deployed');
    expect(parseKey(serviceKey(RELAY_SERVICE))).toEqual({ kind: 'relay' });
  });

  it.each([
    'service.webhook.dt__other',
    'service.webhook.dt_a_b_c_relay',
    'trigger.dt_a_b_c_other',
    'trigger.dt__a_b',
    'template.dt__',
    'service.slack',
    'template.app-deployed',
    'service.webhook.dt_x',
    'template.dt_a',
    'trigger.dt_a_b',
    'service.webhook.dt_a_b_c',
    'context',
    'dt_a_b',
  ])('are not taken for ours: %s', (key) => {
    expect(parseKey(key)).toBeUndefined();
  });

  it.each([
    ['service.webhook.a.b', { kind: 'service', name: 'a.b' }],
    ['template.app-deployed', { kind: 'template', name: 'app-deployed' }],
    ['trigger.', { kind: 'trigger', name: '' }],
    ['defaultTriggers.slack', { kind: 'defaults', name: 'slack' }],
    ['defaultTriggers', undefined],
    ['service.slack', undefined],
    ['xtrigger.a', undefined],
    ['subscriptions', undefined],
  ])('of whoever owns them are told apart: %s', (key, named) => {
    expect(readKey(key)).toEqual(named);
    expect(triggerName(key)).toBe(named?.kind === 'trigger' ? named.name : undefined);
    expect(isTriggerKey(key)).toBe(named?.kind === 'trigger');
    expect(isTemplateKey(key)).toBe(named?.kind === 'template');
    expect(isServiceKey(key)).toBe(key.startsWith('service.'));
    expect(isDefaultTriggersKey(key)).toBe(key.startsWith('defaultTriggers'));
  });

  it.each([
    ['service.webhook.dt_x', true],
    ['trigger.dt_a_b_c_d', true],
    ['service.dt_x', false],
    ['template.x_dt_', false],
    ['defaultTriggers.dt_a', false],
    ['dt_a_b', false],
  ])('may be called like ours, of whatever form: %s', (key, isLike) => {
    expect(isNamedLikeOurs(key)).toBe(isLike);
  });

  it('fit a ConfigMap key at their longest', () => {
    const longest = 'a'.repeat(63);
    expect(templateKey(eventKeyName(longest, longest, longest)).length).toBeLessThanOrEqual(253);
  });
});
