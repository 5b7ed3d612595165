import type { Finding } from '../../api/finding.ts';
import { serviceKey, templateKey } from '../../argocd/names.ts';
import { formatService } from '../../argocd/service-value.ts';
import { formatTemplate } from '../../argocd/template-value.ts';
import { jsonDefect } from '../../message/raw-json.ts';
import type { GateAnswer, RenderQuestion } from '../model/engine-api.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { Refusal } from '../model/verdict.ts';
import { CANDIDATE, NO_JSON } from './answers.ts';
import { SAMPLE_APPLICATIONS } from './sample-applications.ts';
import { checkFinding, killedFinding, lineInField, unansweredFinding } from './verdicts.ts';

const FIELD = 'spec.message.raw';

/** A configuration with nothing but the raw template, and a service for it. */
export const rawCandidate = (raw: string): Readonly<Record<string, string>> => ({
  [serviceKey(CANDIDATE)]: formatService('https://oapi.dingtalk.com/robot/send', CANDIDATE),
  [templateKey(CANDIDATE)]: formatTemplate({ webhook: { [CANDIDATE]: { method: 'POST', body: raw } } }),
});

/**
 * The mistake in a raw Go template: the engine does not parse it, or it makes no message of any sample Application. Undefined if
 * there is none. Argo CD runs a template only when the condition of its event holds, so a template may fail for other Applications:
 * {@link rawEventFindings} judges it together with an event.
 */
export function rawTemplateFinding(raw: string, inquiry: Inquiry): Refusal | undefined {
  const refusal = checkFinding(inquiry, rawCandidate(raw), () => FIELD);
  if (refusal) return refusal;
  const answer = inquiry.ask({ call: 'render', raw });
  const problem = unusable(answer);
  if (problem) return problem;
  const failures = failuresOf(answer);
  const [first] = failures;
  if (!first || failures.size < SAMPLE_APPLICATIONS.length) return undefined;
  return brokenJson(raw, first) ?? invalid(FIELD, first);
}

/** The mistake in the fixed text, if that is the cause: it concerns every Application. */
function brokenJson(raw: string, [, error]: readonly [number, string]): Refusal | undefined {
  const defect = error === NO_JSON ? jsonDefect(raw) : undefined;
  if (!defect) return undefined;
  const message = `${FIELD}${lineInField(defect)}: the message is not JSON: ${defect.message}`;
  return { reason: 'InvalidMessage', message };
}

/** The judgement of an event that sends a raw template. */
export interface RawEventFindings {
  /** The template makes a message of none of the sample Applications for which the event would be sent. */
  readonly refusal?: Refusal;
  /** It makes one of some of them. */
  readonly warnings: readonly Finding[];
}

/**
 * Judges a raw template as Argo CD runs it: for the sample Applications for which the condition of its event holds. If the condition
 * holds for no sample, nothing is known against the template.
 * @param condition the event's condition, in expr-lang
 * @param path the event in the custom resource
 */
export function rawEventFindings(
  raw: string,
  condition: string,
  path: string,
  inquiry: Inquiry,
): RawEventFindings {
  const answer = inquiry.ask({ call: 'render', raw });
  const problem = unusable(answer);
  if (problem) return { refusal: problem, warnings: [] };
  const failures = failuresOf(answer);
  if (failures.size === 0) return { warnings: [] };
  const held = inquiry.ask({ call: 'holds', expression: condition });
  if (!held) return { refusal: unansweredFinding(), warnings: [] };
  const sent = held.ok ? held.samples : [];
  const failing = [...failures].filter(([sample]) => sent.includes(sample));
  const [first] = failing;
  if (!first) return { warnings: [] };
  const broken = invalid(`${path}.template`, first);
  if (failing.length === sent.length) return { refusal: broken, warnings: [] };
  const text = `${broken.message} Argo CD sends nothing about such an application. Test for fields that may be missing.`;
  return { warnings: [{ reason: 'MessageMayFail', message: text }] };
}

type Answer = GateAnswer<RenderQuestion> | undefined;

function unusable(answer: Answer): Refusal | undefined {
  if (!answer) return unansweredFinding();
  if (answer.ok) return undefined;
  if (answer.killed) return killedFinding(`${FIELD}: ${answer.message}`);
  return {
    reason: 'InvalidMessage',
    message: `${FIELD}: ${answer.errors.map(({ message }) => message).join(' ')}`,
  };
}

/** The failures by the index of the sample, in the order of the samples. */
const failuresOf = (answer: Answer): ReadonlyMap<number, string> =>
  new Map(answer?.ok ? answer.failures.map(({ sample, error }) => [sample, error]) : []);

const invalid = (field: string, [sample, error]: readonly [number, string]): Refusal => ({
  reason: 'InvalidMessage',
  message: `${field}: for an application that ${SAMPLE_APPLICATIONS[sample]?.[0]}: ${error}`,
});
