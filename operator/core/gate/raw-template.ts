import { serviceKey, templateKey } from '../../argocd/names.ts';
import { formatService } from '../../argocd/service-value.ts';
import { formatTemplate } from '../../argocd/template-value.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { Refusal } from '../model/verdict.ts';
import { SAMPLE_APPLICATIONS } from './sample-applications.ts';
import { checkFinding, killedFinding, unansweredFinding } from './verdicts.ts';

const NAME = 'candidate';
const FIELD = 'spec.message.raw';

/**
 * The mistake in a raw Go template: the engine does not parse it, or its output for a sample Application is not JSON.
 * Undefined if there is none.
 */
export function rawTemplateFinding(raw: string, inquiry: Inquiry): Refusal | undefined {
  const configMap = {
    [serviceKey(NAME)]: formatService('https://oapi.dingtalk.com/robot/send', NAME),
    [templateKey(NAME)]: formatTemplate({ webhook: { [NAME]: { method: 'POST', body: raw } } }),
  };
  const refusal = checkFinding(inquiry, configMap, () => FIELD);
  if (refusal) return refusal;
  for (const [description, app] of SAMPLE_APPLICATIONS) {
    const answer = inquiry.ask({
      call: 'render',
      configMap,
      secret: {},
      app,
      templates: [NAME],
      service: NAME,
    });
    if (!answer) return unansweredFinding();
    if (!answer.ok) {
      if (answer.killed) return killedFinding(`${FIELD}: ${answer.message}`);
      return invalid(description, answer.errors.map(({ message }) => message).join(' '));
    }
    const { error, bodyIsJSON } = answer.request;
    if (error !== undefined) return invalid(description, error);
    if (!bodyIsJSON) return invalid(description, 'the output is not JSON. Quote values with toRawJson.');
  }
  return undefined;
}

const invalid = (description: string, problem: string): Refusal => ({
  reason: 'InvalidMessage',
  message: `${FIELD}: for an application that ${description}: ${problem}`,
});
