import type { Finding } from '../../api/finding.ts';
import { serviceKey, templateKey } from '../../argocd/names.ts';
import { yamlSafeJson } from '../../lib/json.ts';
import type { Inquiry } from '../model/inquiry.ts';
import { SAMPLE_APPLICATIONS } from './sample-applications.ts';
import { checkFinding, killedFinding, notAsked } from './verdicts.ts';

const NAME = 'candidate';
const FIELD = 'spec.message.raw';

/**
 * What is wrong with a raw Go template: the engine does not parse it, or what comes out for one of the sample
 * Applications is no JSON. Undefined if nothing is.
 */
export function rawTemplateFinding(raw: string, inquiry: Inquiry): Finding | undefined {
  const configMap = {
    [serviceKey(NAME)]: yamlSafeJson({ url: 'https://oapi.dingtalk.com/robot/send' }),
    [templateKey(NAME)]: yamlSafeJson({ webhook: { [NAME]: { method: 'POST', body: raw } } }),
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
    if (!answer) return notAsked();
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

const invalid = (description: string, problem: string): Finding => ({
  reason: 'InvalidMessage',
  message: `${FIELD}: for an application that ${description}: ${problem}`,
});
