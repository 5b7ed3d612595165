import { locateEngine } from '../../../../engine/locate.ts';
import { engineAsker, Gate } from '../../../cluster/gate.ts';
import { Inquiry } from '../../../core/model/inquiry.ts';
import { liveObject } from '../../../core/testing/fixtures.ts';
import { createEngine } from '../../../engine/client.ts';
import { createLogger } from '../../../lib/logger.ts';
import { type Adoption, type AdoptionInput, adoptionOf } from '../adoption.ts';
import { NO_TEAMS } from '../teams.ts';

/** No object subscribes by annotation. */
export const NO_OBJECTS = { applications: [], projects: [], applicationSets: [] };

const URL_OF = 'https://oapi.dingtalk.com/robot/send?access_token=';

/** Adopts with the real engine. */
export function startAdopter() {
  const engine = createEngine({ program: locateEngine() });
  const gate = new Gate(engineAsker(engine), new Map(), createLogger('error', process.stderr));
  return {
    close: () => engine.close(),
    async adopted(data: Record<string, string>, fields: Partial<AdoptionInput> = {}): Promise<Adoption> {
      const input: AdoptionInput = {
        configMap: liveObject(data),
        secret: {},
        objects: NO_OBJECTS,
        home: 'argocd',
        namespace: 'argocd',
        teams: NO_TEAMS,
        existing: [],
        rules: { endpoint: 'https://oapi.dingtalk.com/robot/send', allowedHosts: ['oapi.dingtalk.com'] },
        ...fields,
      };
      for (;;) {
        const inquiry = new Inquiry(gate.answers);
        const adoption = adoptionOf(input, inquiry);
        if (inquiry.open.size === 0) return adoption;
        await gate.answer(inquiry.open);
      }
    },
  };
}

export const service = (token: string) => `url: ${URL_OF}${token}\n`;
export const body = (text: string) => JSON.stringify({ msgtype: 'text', text: { content: text } });
export const template = (...parts: readonly (readonly [string, string])[]) =>
  JSON.stringify({
    webhook: Object.fromEntries(parts.map(([to, text]) => [to, { method: 'POST', body: body(text) }])),
  });
export const FAILED = "app.status.operationState.phase in ['Error', 'Failed']";
export const trigger = (when: string, ...send: string[]) => JSON.stringify([{ when, send }]);
export const entry = (recipients: string[], triggers: string[], selector?: string) => ({
  recipients,
  triggers,
  selector,
});
export const list = (...entries: object[]) => JSON.stringify(entries);

/** One robot, one message, one trigger, one entry. */
export const SMALL = {
  'service.webhook.ding': service('a'),
  'template.failed': template(['ding', 'failed']),
  'trigger.failed': trigger(FAILED, 'failed'),
  subscriptions: list(entry(['ding'], ['failed'])),
};

export const taken = ({ dispositions }: Adoption) =>
  dispositions.filter(({ isTaken }) => isTaken).map(({ key, part }) => part ?? key);
export const problems = ({ dispositions }: Adoption) =>
  dispositions.filter(({ isProblem }) => isProblem).map(({ key, part, why }) => `${part ?? key}: ${why}`);
export const subscriptions = ({ resources }: Adoption) => resources.subscriptions.map(({ spec }) => spec);
