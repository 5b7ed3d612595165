import { afterAll, beforeAll, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { engineAsker, Gate } from '../../cluster/gate.ts';
import { config, liveObject } from '../../core/testing/fixtures.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { createLogger } from '../../lib/logger.ts';
import { adoptFully } from './input.ts';
import { factsOf } from './sources/owner-facts.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine.close());

it('takes over a trigger with many conditions and bodies, each of which raises several questions', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `body-${index}`);
  const conditions = names.map((name, index) => ({ when: `app.spec.project == 'p${index}'`, send: [name] }));
  const templates = names.map((name) => {
    const body = JSON.stringify({ msgtype: 'text', text: { content: name } });
    return [`template.${name}`, JSON.stringify({ webhook: { ding: { method: 'POST', body } } })];
  });
  const configMap = liveObject({
    'service.webhook.ding': 'url: https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef\n',
    'trigger.many': JSON.stringify(conditions),
    ...Object.fromEntries(templates),
    subscriptions: JSON.stringify([{ recipients: ['ding'], triggers: ['many'] }]),
  });
  const nothing = { applications: [], projects: [], existing: [], sources: [], notes: [] };
  const input = { configMap, secret: {}, ...nothing, facts: factsOf(undefined, []) };
  const gate = new Gate(engineAsker(engine), new Map(), createLogger('warn', process.stderr));
  const { adoption } = await adoptFully(input, 'argocd', config(), gate);
  expect(adoption.deliveries[0]?.events?.map(({ template }) => template?.name)).toEqual(names);
});
