import { firstOf } from '../../lib/first-of.ts';
import type { Disposition } from './disposition.ts';
import type { Resources } from './drafts.ts';
import { countOf, groupBy, placesOf } from './grouped.ts';
import type { AdoptReport } from './text.ts';

/** How far moving in has come; `nothing`: no configuration for DingTalk is, or can be, taken over. */
export type AdoptState = 'nothing' | 'not-applied' | 'partly-applied' | 'applied';

/** An adoption in numbers. */
export interface Summary {
  readonly state: AdoptState;
  readonly robots: number;
  readonly templates: number;
  readonly subscriptions: number;
  /** Keys of the ConfigMap, and recipients of entries and annotations, that they replace. */
  readonly replaces: { readonly keys: number; readonly subscribers: number };
  /** The Applications that the subscriptions are about; absent if they are not known. */
  readonly applications?: number;
  /** What is for DingTalk and is not taken over, what the operator would refuse, and Applications that would lose notifications. */
  readonly problems: number;
  /** What stays with Argo CD by right, with the reason. */
  readonly stays: readonly { readonly why: string; readonly what: readonly string[] }[];
}

/** The numbers of a report. */
export function summaryOf(report: AdoptReport): Summary {
  const { adoption, refused, outOfScope, existing, missing, applications } = report;
  const { dispositions, resources } = adoption;
  const taken = dispositions.filter(({ isTaken }) => isTaken);
  const problems = dispositions.filter(({ isProblem }) => isProblem);
  const stays = dispositions.filter(({ isTaken, isProblem }) => !isTaken && !isProblem);
  return {
    state: stateOf(resources, missing, existing),
    robots: resources.robots.length,
    templates: resources.templates.length,
    subscriptions: resources.subscriptions.length,
    replaces: {
      keys: taken.filter(({ part }) => part === undefined).length,
      subscribers: taken.reduce((sum, { subscribers = 0 }) => sum + subscribers, 0),
    },
    ...(applications !== undefined && { applications: Math.max(0, applications - outOfScope.length) }),
    problems: problems.length + refused.length + outOfScope.length,
    stays: [...groupBy(stays, ({ why }: Disposition) => why)].map(([why, group]) => ({
      why,
      what: placesOf(group),
    })),
  };
}

function stateOf(resources: Resources, missing: Resources, existing: readonly string[]): AdoptState {
  const isNothing = ({ robots, templates, subscriptions }: Resources): boolean =>
    robots.length + templates.length + subscriptions.length === 0;
  if (isNothing(resources)) return 'nothing';
  if (isNothing(missing)) return 'applied';
  return existing.length > 0 ? 'partly-applied' : 'not-applied';
}

const MOST = 5;

/** For people: what takes the place of what, and what stays. */
export function summaryLines(
  summary: Summary,
  { adoption, services = [], nearMisses = [] }: AdoptReport,
): string[] {
  const { state, robots, templates, subscriptions, replaces, applications, problems, stays } = summary;
  const made = [
    countOf(robots, 'DingTalkRobot'),
    countOf(templates, 'NotificationTemplate'),
    countOf(subscriptions, 'NotificationSubscription'),
  ].filter((text) => !text.startsWith('0 '));
  const replaced = `${countOf(replaces.keys, 'key')} of the ConfigMap and ${countOf(replaces.subscribers, 'subscriber')}`;
  const about = !applications
    ? ''
    : ` ${countOf(applications, 'Application')} ${are(applications)} subscribed.`;
  const left = stays.map(({ why, what }) => `${firstOf(what, 3)} (${why})`);
  const more = left.length > MOST ? '; more is below' : '';
  const stuck = adoption.dispositions.filter(({ isProblem }) => isProblem);
  return [
    state === 'nothing'
      ? nothingLine(services, problems + nearMisses.length)
      : `${joined(made)} replace ${replaced}.${about}`,
    ...(stuck.length > 0
      ? [
          `Not taken over, although it is for DingTalk: ${firstOf(placesOf(stuck), MOST)} (the reasons are below).`,
        ]
      : []),
    ...unknownSubscribers(summary, adoption.dispositions, services),
    ...(nearMisses.length > 0
      ? [`${countOf(nearMisses.length, 'probable mistake')} in the present configuration (see below).`]
      : []),
    ...(left.length === 0 ? [] : [`Stays with Argo CD: ${left.slice(0, MOST).join('; ')}${more}.`]),
  ];
}

const are = (count: number): string => (count === 1 ? 'is' : 'are');

const joined = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join() : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;

/** Files often have the ConfigMap alone, while its robots are subscribed by annotations of Applications. */
function unknownSubscribers(
  { applications }: Summary,
  dispositions: readonly Disposition[],
  services: readonly string[],
): string[] {
  const idle = services.filter((service) =>
    dispositions.some(({ key, isTaken, isProblem }) => key === service && !isTaken && !isProblem),
  );
  if (applications !== undefined || idle.length === 0) return [];
  return [
    `No Application is known, and Applications may be subscribed to ${firstOf(idle, MOST)} by annotation, so add them: ` +
      'kubectl get applications.argoproj.io,appprojects.argoproj.io -A -o yaml | argocd-dingtalk adopt -f - -f FILE',
  ];
}

function nothingLine(services: readonly string[], hints: number): string {
  if (services.length > 0)
    return `Nothing is taken over: no subscription to ${firstOf(services, MOST)} can move${hints > 0 ? ', for the reasons below' : ', since nobody is subscribed'}.`;
  return hints > 0
    ? 'Nothing is taken over, for the reasons below.'
    : 'there is no DingTalk configuration to adopt.';
}
