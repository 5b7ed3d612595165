import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { engineAsker, Gate } from '../../cluster/gate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { createLogger } from '../../lib/logger.ts';
import { CATALOGUE } from '../../message/catalogue/catalogue.ts';
import { Inquiry } from '../model/inquiry.ts';
import { rawEventFindings, rawTemplateFinding } from './raw-template.ts';

let engine: Engine;
let gate: Gate;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
  gate = new Gate(engineAsker(engine), new Map(), createLogger('error', process.stderr));
});
afterAll(() => engine.close());

async function answered<T>(ask: (inquiry: Inquiry) => T): Promise<T> {
  for (let round = 0; round < 10; round++) {
    const inquiry = new Inquiry(gate.answers);
    const result = ask(inquiry);
    if (inquiry.open.size === 0) return result;
    await gate.answer(inquiry.open);
  }
  return expect.unreachable();
}

const text = (content: string) => `{"msgtype":"text","text":{"content":"${content}"}}`;
const ofTemplate = (raw: string) => answered((inquiry) => rawTemplateFinding(raw, inquiry));
const ofEvent = (raw: string, condition: string) =>
  answered((inquiry) => rawEventFindings(raw, condition, 'spec.events[0]', inquiry));
const conditionOf = (name: string) => CATALOGUE.find((each) => each.name === name)?.condition ?? '';

const GUARDED = text(
  '{{.app.status.sync.revision | trunc 7}} since {{(call .time.Parse .app.status.operationState.finishedAt).Format `15:04`}}',
);
const AUTHOR = text('by {{(call .repo.GetCommitMetadata .app.status.sync.revision).Author}}');
const HEALTH = text('{{range .app.status.resources}}{{trunc 3 .health.status}}{{end}}');

describe('a raw template', () => {
  it.each([
    ['fails where its trigger would not hold', GUARDED],
    ['asks for the commit', AUTHOR],
    ['reads the health of resources', HEALTH],
  ])('is accepted by itself if it %s', async (_, raw) => {
    expect(await ofTemplate(raw)).toBeUndefined();
  });

  it('is refused with the place of a mistake in its JSON', async () => {
    const finding = await ofTemplate(
      '{"msgtype":"text",\n"text":{"content":"{{.app.metadata.name}}\nfailed"}}',
    );
    expect(finding?.message).toMatch(
      /^spec\.message\.raw, line 2, column \d+: the message is not JSON: a line ends inside of a JSON string/,
    );
  });

  it('is refused if it makes no message of any sample', async () => {
    expect(await ofTemplate('{{.app.metadata.name}} failed')).toMatchObject({
      reason: 'InvalidMessage',
      message: expect.stringContaining('spec.message.raw: for an application that has synced'),
    });
  });
});

describe('an event with a raw template', () => {
  it('counts the samples for which it would be sent, and no others', async () => {
    expect(await ofEvent(GUARDED, conditionOf('on-deployed'))).toEqual({ warnings: [] });
    expect(await ofEvent(AUTHOR, conditionOf('on-sync-succeeded'))).toEqual({ warnings: [] });
  });

  it('is refused if the template fails for all of them', async () => {
    const { refusal } = await ofEvent(GUARDED, conditionOf('on-sync-running'));
    expect(refusal?.reason).toBe('InvalidMessage');
    expect(refusal?.message).toContain('spec.events[0].template: for an application that is being synced: ');
  });

  it('has a warning if it fails for some of them', async () => {
    const { refusal, warnings } = await ofEvent(HEALTH, conditionOf('on-health-degraded'));
    expect(refusal).toBeUndefined();
    expect(warnings.map(({ reason }) => reason)).toEqual(['MessageMayFail']);
    expect(warnings[0]?.message).toContain('controller.resource.health.persist');
  });

  it.each(["app.metadata.name == 'other'", 'app.nothing.at.all', '(('])(
    'has nothing against it if its condition holds for no sample: %s',
    async (condition) => {
      expect(await ofEvent(GUARDED, condition)).toEqual({ warnings: [] });
    },
  );

  it('waits for the engine', () => {
    const inquiry = new Inquiry({ get: () => undefined });
    expect(rawEventFindings(GUARDED, 'true', 'spec.events[0]', inquiry).refusal?.reason).toBe(
      'GateUnavailable',
    );
    expect(inquiry.open.size).toBe(1);
  });
});

it('every trigger of the catalogue holds for a sample, except for one that follows another', async () => {
  for (const { name, condition } of CATALOGUE) {
    const held = await answered((inquiry) => inquiry.ask({ call: 'holds', expression: condition }));
    expect(held?.ok && held.samples.length, name).toBeGreaterThan(0);
  }
});
