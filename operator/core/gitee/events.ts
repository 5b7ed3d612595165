import type { Finding } from '../../api/finding.ts';
import type { SubscribedEvent } from '../../api/types.generated.ts';
import { GITEE_EVENTS, type GiteeTrigger } from '../../gitee/events.ts';
import { closest } from '../../lib/closest.ts';
import { own } from '../../lib/own.ts';
import type { ResolvedGiteeEvent, ResolvedTemplate } from '../model/resolved.ts';
import type { Refusal } from '../model/verdict.ts';
import { resolveMessage } from '../resolve/events.ts';

/** A trigger's part of {@link GITEE_EVENTS}. */
export type GiteeEventKind = (typeof GITEE_EVENTS)[GiteeTrigger];

/** The part of a trigger; undefined for a name that is none of Gitee's. */
export const giteeEventKind = (trigger: string | undefined): GiteeEventKind | undefined =>
  own(GITEE_EVENTS, trigger ?? '');

/**
 * Judges one event of a repository.
 * @param templates by `namespace/name`
 * @returns the refusal, if there is one
 */
export function resolveGiteeEvent(
  namespace: string,
  event: SubscribedEvent,
  index: number,
  templates: ReadonlyMap<string, ResolvedTemplate>,
): ResolvedGiteeEvent | Refusal {
  const path = `spec.events[${index}]`;
  const kind = giteeEventKind(event.trigger);
  if (!kind) return unknownTrigger(event.trigger ?? '', path);
  const action = unknownAction(event, kind, path);
  if (action) return action;
  const message = resolveMessage(namespace, event, path, templates, 'gitee');
  if ('reason' in message) return message;
  return {
    ...message,
    // Only a trigger of Gitee has a kind.
    giteeTrigger: event.trigger as GiteeTrigger,
    ...(event.actions && { actions: event.actions }),
  };
}

function unknownTrigger(name: string, path: string): Finding {
  const names = Object.keys(GITEE_EVENTS);
  const guess = closest(name, names);
  const hint = guess === undefined ? '' : `Did you mean ${guess}? `;
  const message = `${path}.trigger: there is no trigger ${name} about Gitee. ${hint}The triggers are ${names.join(', ')}.`;
  return { reason: 'UnknownTrigger', message };
}

function unknownAction({ trigger, actions = [] }: SubscribedEvent, kind: GiteeEventKind, path: string) {
  const known: readonly string[] = kind.actions;
  const place = actions.findIndex((action) => !known.includes(action));
  const unknown = actions[place];
  if (unknown === undefined) return undefined;
  const guess = closest(unknown, known);
  const hint = guess === undefined ? '' : `Did you mean ${guess}? `;
  const message = `${path}.actions[${place}]: ${trigger} has no action ${unknown}. ${hint}The actions are ${known.join(', ')}.`;
  return { reason: 'UnknownAction', message } satisfies Finding;
}
