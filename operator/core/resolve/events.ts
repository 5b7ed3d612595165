import type { NotificationTemplate } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import type { SubscribedEvent, TemplateReference } from '../../api/types.generated.ts';
import { closest } from '../../lib/closest.ts';
import { memoised } from '../../lib/memo.ts';
import { CATALOGUE, findTrigger } from '../../message/catalogue/catalogue.ts';
import { takesMentions } from '../../message/message.ts';
import { familyOf } from '../../message/parse.ts';
import type { TemplateFamily } from '../../template/check/family.ts';
import { type RawEventFindings, rawEventFindings } from '../gate/raw-template.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { JudgedTrigger, ResolvedEvent, ResolvedMessage, ResolvedTemplate } from '../model/resolved.ts';
import { awaitsEngine, type Refusal } from '../model/verdict.ts';
import { eventName } from './event-name.ts';
import { ownTrigger } from './own-trigger.ts';
import { mayUse, nameFor, notThere, referenceKey } from './sharing.ts';

/** The context for judging a subscription's events. */
export interface EventContext {
  readonly templates: ReadonlyMap<string, ResolvedTemplate>;
  readonly inquiry: Inquiry;
}

/** Judges one event. @returns the refusal, if there is one */
export function resolveEvent(
  namespace: string,
  event: SubscribedEvent,
  index: number,
  context: EventContext,
): ResolvedEvent | Refusal {
  const path = `spec.events[${index}]`;
  const judged =
    event.trigger === undefined
      ? ownTrigger(event, path, context.inquiry)
      : catalogueTrigger(event.trigger, path);
  if ('reason' in judged) return judged;
  const message = resolveMessage(namespace, event, path, context.templates, 'argocd');
  if ('reason' in message) return message;
  const { raw } = message;
  const { refusal, warnings } =
    raw === undefined ? NOTHING : rawEventFindings(raw, judged.trigger.condition, path, context.inquiry);
  if (refusal) return refusal;
  return {
    ...message,
    ...judged,
    warnings: [...judged.warnings, ...warnings],
    ...(event.trigger !== undefined && { catalogueName: event.trigger }),
  };
}

/**
 * The message of an event: that of its template, or that of its trigger.
 * @param path the event in the custom resource
 * @param templates by `namespace/name`
 * @param source where the events of the subscription come from
 */
export function resolveMessage(
  namespace: string,
  event: SubscribedEvent,
  path: string,
  templates: EventContext['templates'],
  source: Source,
): ResolvedMessage | Refusal {
  const template = event.template && resolveTemplateReference(namespace, event.template, path, templates);
  if (template && 'reason' in template) return template;
  const other = template && forOtherSource(template.cr, path, source);
  if (other) return other;
  const content = resolveContent(event, path, template);
  if ('reason' in content) return content;
  return {
    name: eventName(event),
    path,
    ...content,
    ...(template && { template: template.cr }),
    ...(template &&
      template.cr.metadata.namespace !== namespace && { sharedTemplate: resourceKey(template.cr) }),
  };
}

const NOTHING: RawEventFindings = { warnings: [] };

type Source = Exclude<TemplateFamily, 'any'>;

/** Refuses a template about events that the subscription cannot have. */
function forOtherSource(
  { spec: { message, params = {} } }: NotificationTemplate,
  path: string,
  source: Source,
): Refusal | undefined {
  const isRaw = message.raw !== undefined;
  // A raw template reads what Argo CD's engine has, which is an Application.
  const family = isRaw ? 'argocd' : familyOf({ message, params });
  if (family === 'any' || family === source) return undefined;
  const what = {
    argocd: 'the template reads events of Gitee, and the subscription is about applications of Argo CD',
    gitee: isRaw
      ? 'the template is a raw one, which only events of Argo CD can have, and the subscription is about a Gitee repository'
      : 'the template reads applications of Argo CD, and the subscription is about a Gitee repository',
  }[source];
  const text = `${path}.template: ${what}. Name another template, or remove template to get the message of the trigger.`;
  return { reason: 'TemplateForOtherSource', message: text };
}

/** The message of the template with the event's own params and mentions, or that of the catalogue. */
function resolveContent(
  event: SubscribedEvent,
  path: string,
  template: ResolvedTemplate | undefined,
): Pick<ResolvedEvent, 'message' | 'raw'> | Refusal {
  const spec = template?.cr.spec;
  const raw = spec?.message.raw;
  const own = event.template?.params ?? {};
  const unknown = Object.keys(own).find((name) => !Object.hasOwn(spec?.params ?? {}, name));
  if (unknown !== undefined) return unknownParam(unknown, path, spec?.params ?? {});
  const message = {
    name: eventName(event),
    trigger: event.trigger,
    template: spec && raw === undefined ? { message: spec.message, params: spec.params ?? {} } : undefined,
    params: { ...spec?.params, ...own },
    at: event.at ?? spec?.at ?? {},
  };
  if (event.at && (raw !== undefined || !takesMentions(message))) {
    const text =
      `${path}.at: the event's template is not a markdown or text message, and only these can mention people. Remove at, or ` +
      'use a markdown or text message.';
    return { reason: 'MentionNotPossible', message: text };
  }
  return { message, raw };
}

/** Every decision needs it again, and names are long. */
const paramMeantBy = memoised<
  { readonly name: string; readonly names: readonly string[] },
  string | undefined
>(
  ({ name, names }) => closest(name, names),
  ({ name, names }) => JSON.stringify([name, ...names]),
  2 ** 21,
);

function unknownParam(name: string, path: string, params: Readonly<Record<string, string>>): Refusal {
  const names = Object.keys(params);
  const guess = paramMeantBy({ name, names });
  const has = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
  const message = `${path}.template.params: the template has no param ${JSON.stringify(name.slice(0, 63))}; ${has}.${hint}`;
  return { reason: 'UnknownParam', message };
}

function catalogueTrigger(name: string, path: string): JudgedTrigger | Refusal {
  const trigger = findTrigger(name);
  if (trigger) return { trigger, doubts: [], warnings: [] };
  const names = CATALOGUE.map((each) => each.name);
  const guess = closest(name, names);
  const hint = guess ? `Did you mean ${guess}? ` : '';
  const message = `${path}.trigger: the catalogue has no ${name}. ${hint}The catalogue has ${names.join(', ')}.`;
  return { reason: 'UnknownTrigger', message };
}

function resolveTemplateReference(
  namespace: string,
  reference: TemplateReference,
  path: string,
  templates: EventContext['templates'],
): ResolvedTemplate | Refusal {
  const template = templates.get(referenceKey(namespace, reference));
  if (!template || !mayUse(namespace, template.cr)) {
    const message = notThere('NotificationTemplate', namespace, reference, `${path}.template`);
    return { reason: 'TemplateNotFound', message };
  }
  const { refusal } = template.verdict;
  if (!refusal) return template;
  if (awaitsEngine(template.verdict)) return refusal;
  const name = nameFor(namespace, reference);
  const message = `${path}.template.name: NotificationTemplate ${name} is not accepted (${refusal.reason}).`;
  return { reason: 'TemplateRefused', message };
}
