import { withoutControls } from '../../files/message-text.ts';
import type { ApplicationOutcome } from './application.ts';
import type { EventOutcome } from './outcome.ts';
import type { Step } from './step.ts';
import type { Section } from './subscription.ts';

/** The whole result. */
export interface Explanation {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly sections: readonly Section[];
  /** Absent if no event of a subscription is live; `seen` is null if the caller may not list Applications. */
  readonly applications?: ExplainedApplications;
  /** The missing rights of the caller, in a sentence each. */
  readonly notSeen: readonly string[];
}

/** The Applications that the output shows. */
export interface ExplainedApplications {
  readonly seen: number | null;
  readonly matching: number;
  /** The number of Applications for which it depends on grants that the caller may not read. */
  readonly uncertain: number;
  readonly shown: readonly ApplicationOutcome[];
}

/** `problem` if something prevents messages that should be sent. */
export function overall({ sections, applications }: Explanation): 'ok' | 'problem' {
  const steps = sections.flatMap((each) => each.steps);
  const isLost =
    applications !== undefined &&
    applications.seen !== null &&
    applications.seen > 0 &&
    applications.matching + applications.uncertain === 0;
  return steps.some(({ verdict }) => verdict === 'problem') || isLost ? 'problem' : 'ok';
}

/** The same for programs. */
export function explanationJson(explanation: Explanation): string {
  const { kind, namespace, name, ...rest } = explanation;
  return `${JSON.stringify({ resource: { kind, namespace, name }, verdict: overall(explanation), ...rest }, null, 2)}\n`;
}

/** For people, one step a line. */
export function explanationText({ sections, applications }: Explanation): string {
  const lines = [
    ...sections.flatMap(({ about, steps }) => [about, ...steps.flatMap(stepLines)]),
    ...(applications ? applicationLines(applications) : []),
  ];
  return lines.map((line) => `${withoutControls(line).replaceAll('\n', ' ')}\n`).join('');
}

const MARKS: Readonly<Record<Step['verdict'], string>> = {
  ok: 'ok      ',
  warning: 'WARNING ',
  problem: 'PROBLEM ',
  unknown: 'unknown ',
};

function stepLines({ verdict, message, hint }: Step): string[] {
  return [`  ${MARKS[verdict]}${message}`, ...(hint === undefined ? [] : [`          → ${hint}`])];
}

function applicationLines({ seen, matching, uncertain, shown }: ExplainedApplications): string[] {
  if (seen === null)
    return ['applications', '  unknown you may not list Applications; name one as --app NAMESPACE/NAME'];
  const perhaps = uncertain > 0 ? `, and perhaps about ${uncertain} more, which depends on the grants` : '';
  const head = `applications: the subscription is about ${matching || 'none'} of the ${seen} that were checked${perhaps}`;
  const hits = shown.filter(({ missed }) => missed === 0);
  const misses = shown.filter(({ missed }) => missed > 0);
  const more =
    matching > hits.length
      ? [`  … and ${matching - hits.length} more; name one as --app NAMESPACE/NAME`]
      : [];
  return [
    head,
    ...hits.flatMap(({ application, events }) => [`  ${application}`, ...events.map(eventLine)]),
    ...more,
    ...misses.map(
      ({ application, isUncertain, events }) =>
        `  ${application}: ${isUncertain ? 'unknown' : 'not'}: ${events[0]?.message ?? ''}`,
    ),
  ];
}

const WORDS: Readonly<Record<EventOutcome['outcome'], string>> = {
  due: 'now',
  sent: 'sent',
  excluded: 'not',
  quiet: 'not now',
  unknown: 'unknown',
};

function eventLine({ event, outcome, message, lastSentAt }: EventOutcome): string {
  const last = outcome === 'quiet' && lastSentAt !== undefined ? ` (last sent at ${lastSentAt})` : '';
  return `    ${event}: ${WORDS[outcome]}: ${message}${last}`;
}
