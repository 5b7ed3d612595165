import { templateKey, triggerKey } from '../../argocd/names.ts';
import type { TriggerCondition } from '../../argocd/trigger-value.ts';
import { expressionFinding } from '../../core/gate/expressions.ts';
import { rawEventFindings, rawTemplateFinding } from '../../core/gate/raw-template.ts';
import type { Inquiry } from '../../core/model/inquiry.ts';
import type { TriggerName } from '../../message/catalogue/trigger.ts';
import { catalogueEquivalent, guessedEventTime } from './conditions.ts';
import type { ForeignConfig } from './foreign-config.ts';
import { repetitionNotes } from './repetition.ts';

/** One condition of a trigger for one service, as an event of a subscription. */
export interface TranslatedEvent {
  readonly trigger: string;
  /** Its place in the trigger, from 0, and the number of conditions there. */
  readonly index: number;
  readonly of: number;
  readonly condition:
    | { readonly catalogue: TriggerName }
    | { readonly when: string; readonly oncePer?: string; readonly eventTime?: string };
  /** Absent: the message of the catalogue. */
  readonly template?: { readonly name: string; readonly body: string };
}

/** The result for a trigger and a service. */
export type Translated =
  | { readonly ok: true; readonly events: readonly TranslatedEvent[]; readonly notes: readonly string[] }
  | { readonly ok: false; readonly reason: string };

const MAX_WHEN = 1_024;
const MAX_ONCE_PER = 512;
const MAX_BODY = 32_768;

/** Expresses a trigger, as far as it is for a service, as events, or says why that is not possible. */
export function translate(
  name: string,
  service: string,
  config: ForeignConfig,
  inquiry: Inquiry,
): Translated {
  const conditions = config.triggers.get(name);
  if (!conditions) {
    return {
      ok: true,
      events: [],
      notes: [`there is no ${triggerKey(name)}, so Argo CD sends nothing for it.`],
    };
  }
  const events: TranslatedEvent[] = [];
  const notes: string[] = [];
  for (const [index, condition] of conditions.entries()) {
    const content = contentOf(condition, service, config, inquiry);
    if ('reason' in content) return { ok: false, reason: `${triggerKey(name)}: ${content.reason}` };
    if (content.nothing !== undefined) {
      notes.push(`${triggerKey(name)}: ${content.nothing}`);
      continue;
    }
    const test = testOf(name, condition, inquiry);
    if ('reason' in test) return { ok: false, reason: `${triggerKey(name)}: ${test.reason}` };
    const { template } = content;
    notes.push(...[...content.notes, ...test.notes].map((note) => `${triggerKey(name)}: ${note}`));
    events.push({
      trigger: name,
      index,
      of: conditions.length,
      condition: test.condition,
      ...(template && { template }),
    });
  }
  return { ok: true, events, notes };
}

interface Reason {
  readonly reason: string;
}

interface Content {
  readonly template?: TranslatedEvent['template'];
  /** Why nothing is sent today. */
  readonly nothing?: string;
  readonly notes: readonly string[];
}

/** Of several templates with a message for the service, the engine sends the last one's. */
function contentOf(
  { when, send }: TriggerCondition,
  service: string,
  { templates }: ForeignConfig,
  inquiry: Inquiry,
): Content | Reason {
  const missing = send.find((each) => !templates.has(each));
  if (when === '')
    return {
      nothing:
        'a condition has no when, so it is never true. Add `when: CONDITION`, or remove the condition.',
      notes: [],
    };
  if (send.length === 0)
    return {
      nothing:
        'a condition has no send, so Argo CD sends nothing for it. Add `send: [TEMPLATE]`, or remove the condition.',
      notes: [],
    };
  if (missing !== undefined)
    return {
      nothing: `there is no ${templateKey(missing)}, so Argo CD sends nothing for this condition.`,
      notes: [],
    };
  const name = send.findLast((each) => templates.get(each)?.webhook.has(service));
  const message = name === undefined ? undefined : templates.get(name)?.webhook.get(service);
  if (name === undefined || !message) {
    const text = `the templates have no message for ${service}, so Argo CD sends a GET today, which DingTalk refuses`;
    return { notes: [`${text}. After the switch, the group gets the message of the catalogue.`] };
  }
  const { method, path, body } = message;
  const field = `${templateKey(name)}, webhook.${service}`;
  if (method !== 'POST')
    return {
      reason: `${field}: the method is ${method === '' ? 'GET' : method}, which DingTalk refuses. Change it to POST.`,
    };
  if (path.trim() !== '')
    return { reason: `${field}: the message has a path, but the URL of a robot has none. Remove the path.` };
  if (body === '') return { reason: `${field}: the message has no body. Write the text there.` };
  if (body.length > MAX_BODY) return { reason: `${field}: the body has more than ${MAX_BODY} characters.` };
  const inBody = (message: string): string =>
    `${field}: ${message.replace('spec.message.raw', 'body').replace('event.template', 'body')}`;
  const broken = rawTemplateFinding(body, inquiry);
  if (broken) return { reason: inBody(broken.message) };
  const { refusal, warnings } = rawEventFindings(body, when, 'event', inquiry);
  if (refusal) return { reason: inBody(refusal.message) };
  const notes = [
    ...(/\.(serviceType|recipient)\b/.test(body)
      ? [`${field}: .serviceType and .recipient will be the names of the operator's service.`]
      : []),
    ...warnings.map(({ message }) => inBody(message)),
  ];
  return { template: { name, body }, notes };
}

function testOf(
  trigger: string,
  condition: TriggerCondition,
  inquiry: Inquiry,
): { readonly condition: TranslatedEvent['condition']; readonly notes: readonly string[] } | Reason {
  const { when, oncePer } = condition;
  const catalogue = catalogueEquivalent(trigger, condition);
  if (catalogue !== undefined)
    return { condition: { catalogue }, notes: repetitionNotes(catalogue, oncePer) };
  if (when.length > MAX_WHEN) return { reason: `when has more than ${MAX_WHEN} characters` };
  if ((oncePer ?? '').length > MAX_ONCE_PER)
    return { reason: `oncePer has more than ${MAX_ONCE_PER} characters` };
  const finding =
    expressionFinding(when, 'when', 'when', inquiry) ??
    (oncePer === undefined ? undefined : expressionFinding(oncePer, 'oncePer', 'oncePer', inquiry));
  if (finding) return { reason: finding.message };
  const eventTime = guessedEventTime(when);
  const note =
    eventTime === undefined
      ? 'the condition does not say when the event happened. So Argo CD notifies once more, after the switch, about each Application for ' +
        'which the condition is true then. To avoid this, add eventTime to the event.'
      : `adopt has derived from the condition when the event happens: eventTime is ${eventTime}. Check that this is right.`;
  return {
    condition: {
      when,
      ...(oncePer !== undefined && { oncePer }),
      ...(eventTime !== undefined && { eventTime }),
    },
    notes: [note],
  };
}
